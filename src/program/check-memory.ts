import { analogLayout } from '../../sim/isa/analog/layout.js';
import { MEMORY_MAP, WORD_BYTES } from '../../sim/isa/geometry.js';
import { coreLayout } from '../../sim/isa/layout.js';
import { denseBytes, showShape } from '../base/tensor.js';
import { hex } from '../base/units.js';
import type { Buffer, Manifest } from './types.js';

/** Throws a UserError that says what of a manifest is wrong. */
export type Refuse = (what: string) => never;

/** Bytes of a buffer that its tensor takes (without slack). */
export const bufferBytes = (b: Pick<Buffer, 'layout' | 'shape' | 'dtype'>): number => {
  switch (b.layout) {
    case 'dense':
      return denseBytes(b.shape, b.dtype);
    case 'core':
      return coreLayout(b.shape).bytes;
    case 'analog':
      return analogLayout(b.shape).bytes;
  }
};

/** Refuses a piece of memory that does not lie inside L2 or L1. */
export function checkRange(
  memory: 'L2' | 'L1',
  address: number,
  bytes: number,
  { hardware }: Manifest,
  refuse: (range: string) => never,
): void {
  const start = memory === 'L2' ? MEMORY_MAP.l2 : 0;
  const end = start + (memory === 'L2' ? hardware.chip.l2Bytes : hardware.chip.l1Bytes);
  if (address < start || address + bytes > end)
    refuse(`${hex(address)} to ${hex(address + bytes)}; ${memory} is ${hex(start)} to ${hex(end)}`);
}

/** Refuses an image outside L2. */
export function checkImage(manifest: Manifest, refuse: Refuse): void {
  const { address, bytes } = manifest.image;
  checkRange('L2', address, bytes, manifest, (range) => refuse(`the image lies at ${range}`));
  if (address % WORD_BYTES !== 0) refuse(`the image lies at ${hex(address)}, no multiple of ${WORD_BYTES}`);
}

/** Refuses a buffer outside its memory, or too small for its tensor. */
export function checkBuffer(buffer: Buffer, manifest: Manifest, refuse: Refuse): void {
  const name = `buffer ${buffer.id} (${buffer.name})`;
  checkRange(buffer.memory, buffer.address, buffer.bytes, manifest, (r) => refuse(`${name} lies at ${r}`));
  if (buffer.layout !== 'dense' && buffer.dtype !== 'int8')
    refuse(
      `${name} is ${buffer.dtype}; the ${buffer.layout === 'core' ? "core's" : "analog core's"} layout is for int8`,
    );
  const needed = bufferBytes(buffer);
  if (needed > buffer.bytes)
    refuse(`${name} has ${buffer.bytes} bytes; ${buffer.dtype} ${showShape(buffer.shape)} needs ${needed}`);
  if (buffer.firstStep > buffer.lastStep || buffer.lastStep > manifest.steps.length)
    refuse(`${name} lives from step ${buffer.firstStep} to ${buffer.lastStep} of ${manifest.steps.length}`);
}
