import { largest } from '../base/extremes.js';
import { hex } from '../base/units.js';
import type { Buffer, Manifest } from './types.js';

/** Rows of text in columns; all but the first column right-aligned where `right` says so. */
function columns(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, i) => largest(rows.map((r) => r[i]!.length)));
  return rows
    .map((r) =>
      r
        .map((c, i) => (right[i] ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const HEADER = ['address', 'bytes', 'first', 'last', 'role', 'layout', 'tensor', 'shape', 'name'];
const RIGHT = [false, true, true, true, false, false, false, false, false];

const row = (b: Buffer): string[] => [
  hex(b.address),
  String(b.bytes),
  String(b.firstStep),
  String(b.lastStep),
  b.role,
  b.layout,
  b.tensor ?? '',
  `(${b.shape.join(', ')}) ${b.dtype}`,
  b.name,
];

/** The plan of L2 and L1: each buffer's address, size in bytes, first and last step, and the peaks beside the limits. */
export function renderMemoryPlan(manifest: Manifest): string {
  const { chip } = manifest.hardware;
  const section = (memory: 'L2' | 'L1'): string => {
    const buffers = manifest.buffers
      .filter((b) => b.memory === memory)
      .sort((a, b) => a.address - b.address || a.firstStep - b.firstStep);
    return buffers.length === 0
      ? '(nothing stays here between layers)'
      : columns([HEADER, ...buffers.map(row)], RIGHT);
  };
  const { memory } = manifest;
  const l2Limit = chip.l2Bytes - chip.l2ReservedBytes;
  return [
    `L2: peak ${memory.l2} of ${l2Limit} bytes (${chip.l2Bytes} less ${chip.l2ReservedBytes} for code and stack), ${memory.l2Constants} of them constants`,
    section('L2'),
    '',
    `L1: peak ${memory.l1} of ${chip.l1Bytes} bytes, with the tiles; tensors that stay:`,
    section('L1'),
    '',
    `weight memory: peak ${memory.weightMemory} of ${chip.weightMemoryBytes} bytes`,
    `steps: 0..${manifest.steps.length - 1} (a step is a job of the core, a tile's entry or a host kernel)`,
    '',
  ].join('\n');
}
