import { hex } from '../../src/base/units.js';
import type { Memory } from '../core/memory.js';
import { PRELOADED } from '../core/memory.js';
import type { ElfImage, Segment } from './elf.js';
import { ElfError } from './elf-reader.js';

/** The first 32 KiB of L2 also answer at address 0: data that code reaches without a base register. [sdk] */
export const ALIAS_BYTES = 0x8000;

/** Where an address lies in L2: an address of the alias at 0 is another name for L2's start. */
export const canonical = (address: number, l2Base: number): number =>
  address < ALIAS_BYTES ? address + l2Base : address;

interface Placed {
  readonly start: number;
  readonly end: number;
  readonly segment: Segment;
}

function place(segment: Segment, l2: Memory, file: string): Placed {
  const start = canonical(segment.loadAddress, l2.base);
  const end = start + segment.memoryBytes;
  if (start < l2.base || end > l2.base + l2.size)
    throw new ElfError(
      file,
      `a segment goes to ${hex(segment.loadAddress)}..${hex(segment.loadAddress + segment.memoryBytes)}, outside L2 (${hex(l2.base)}..${hex(l2.base + l2.size)})`,
      'Link the program with the memory map of DIANA, or make it smaller.',
    );
  return { start, end, segment };
}

/** Puts a program's segments into L2. Throws `ElfError` for one that lies outside or over another. */
export function loadSegments(image: ElfImage, l2: Memory, file: string): void {
  const placed = image.segments.map((s) => place(s, l2, file)).sort((a, b) => a.start - b.start);
  placed.forEach((p, i) => {
    const before = placed[i - 1];
    if (before !== undefined && p.start < before.end)
      throw new ElfError(
        file,
        `two segments overlap at ${hex(p.start)} (the first ends at ${hex(before.end)})`,
        'Correct the linker script.',
      );
  });
  for (const { start, segment } of placed) {
    l2.write(start, segment.data, PRELOADED, 'load of the program');
    const rest = segment.memoryBytes - segment.data.length;
    l2.write(start + segment.data.length, new Uint8Array(rest), PRELOADED, 'load of the program');
  }
}
