import { COPY_LINES } from '../../../sim/isa/analog/geometry.js';
import type { Range } from '../../program/types.js';
import { extent, pieces } from './ranges.js';

/** A piece of a tensor in pixels that a copy of banks moves: lines a bank, in L2 and in L1 from the tile's start. */
export interface LineRun {
  readonly l2: number;
  readonly l1: number;
  readonly lines: number;
}

/** The part of a tensor in pixels that a tile in L1 is. */
export interface PixelTile {
  /** Pixels and blocks of 64 channels of the whole tensor. */
  readonly pixels: number;
  readonly blocks: number;
  /** Rows of the tile, of so many pixels each in the tensor, and of so many in L1. */
  readonly rows: Range;
  readonly columns: number;
  readonly pitch: number;
  /** Blocks of the tile. */
  readonly of: Range;
}

/** Joins runs that follow each other in both memories. */
function joined(runs: readonly LineRun[]): LineRun[] {
  const out: LineRun[] = [];
  for (const run of runs) {
    const last = out.at(-1);
    if (last !== undefined && last.l2 + last.lines === run.l2 && last.l1 + last.lines === run.l1)
      out[out.length - 1] = { ...last, lines: last.lines + run.lines };
    else out.push(run);
  }
  return out;
}

/** Runs of one row's pixels. */
function rowRuns(t: PixelTile, row: number, together: boolean): LineRun[] {
  const [l2, l1] = [row * t.columns, (row - t.rows.lo) * t.pitch];
  const blocks = extent(t.of);
  if (!together)
    return Array.from({ length: blocks }, (_, b) => ({
      l2: (t.of.lo + b) * t.pixels + l2,
      l1: b * extent(t.rows) * t.pitch + l1,
      lines: t.columns,
    }));
  if (blocks === t.blocks) return [{ l2: l2 * blocks, l1: l1 * blocks, lines: t.columns * blocks }];
  return Array.from({ length: t.columns }, (_, x) => ({
    l2: (l2 + x) * t.blocks + t.of.lo,
    l1: (l1 + x) * blocks,
    lines: blocks,
  }));
}

/** Which lines of a tensor a tile holds, in runs of at most 512, which is what a copy moves. [dory] */
export function tileRuns(t: PixelTile, together: boolean): LineRun[] {
  const rows = Array.from({ length: extent(t.rows) }, (_, i) => rowRuns(t, t.rows.lo + i, together));
  // Block by block, so that what follows each other in both memories is joined.
  const runs = together
    ? rows.flat()
    : Array.from({ length: extent(t.of) }, (_, b) => rows.map((row) => row[b]!)).flat();
  return joined(runs).flatMap((run) =>
    pieces(run.lines, COPY_LINES).map((r) => ({ l2: run.l2 + r.lo, l1: run.l1 + r.lo, lines: extent(r) })),
  );
}
