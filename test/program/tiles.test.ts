import { describe, expect, it } from 'vitest';
import { stepsOfTile, tileOfElement } from '../../src/program/tiles.js';
import type { Layer, Program, Tile } from '../../src/program/types.js';
import { sampleProgram } from './fixture.js';

const all = { lo: 0, hi: 1 };
const layer = (output: readonly number[], operator: string, tiles: readonly Tile[]): Layer => ({
  id: 0,
  name: 'main_0',
  operators: [operator],
  target: 'digital',
  inputs: [output],
  output,
  outputDtype: 'int8',
  detail: '',
  usefulMacs: 0,
  tiles,
});

describe('the tile of an element', () => {
  const half = (lo: number, hi: number) => ({ lo, hi });
  const conv = layer([1, 4, 2, 3], 'qnn.conv2d', [
    { k: half(0, 4), y: half(1, 2), x: half(0, 3) },
    { k: half(0, 2), y: half(0, 1), x: half(0, 3) },
    { k: half(2, 4), y: half(0, 1), x: half(0, 2) },
  ]);
  it.each([
    // Element e of (1, 4, 2, 3) is channel e / 6, row e / 3 mod 2, column e mod 3.
    [0, 1, 'channel 0, row 0'],
    [5, 0, 'channel 0, row 1'],
    [13, 2, 'channel 2, row 0, column 1'],
    [14, undefined, 'channel 2, row 0, column 2: in no tile'],
    [23, 0, 'channel 3, row 1'],
  ])('conv: element %i is made by tile %s (%s)', (index, tile, _) =>
    expect(tileOfElement(conv, index)).toBe(tile),
  );

  const dense = layer([1, 40], 'nn.dense', [
    { k: half(0, 32), y: all, x: all },
    { k: half(32, 40), y: all, x: all },
  ]);
  it.each([
    [31, 0],
    [32, 1],
  ])('dense: output %i is made by tile %i', (index, tile) => expect(tileOfElement(dense, index)).toBe(tile));

  // Rows of 5 in a pitch of 16: row 4 (plane 2 of 2 rows) begins at byte 64.
  const sum = layer([1, 3, 2, 5], 'add', [
    { k: all, y: all, x: half(0, 64) },
    { k: all, y: all, x: half(64, 96) },
  ]);
  it.each([
    [0, 0],
    [19, 0], // byte 3 * 16 + 4
    [20, 1],
    [29, 1],
  ])('sum: element %i is made by tile %i', (index, tile) => expect(tileOfElement(sum, index)).toBe(tile));

  it('a host kernel has none', () =>
    expect(tileOfElement(layer([1, 4], 'nn.softmax', []), 0)).toBeUndefined());
});

describe('the steps of a tile', () => {
  const steps = [
    { kind: 'tile', layer: 0, tile: 0 },
    { kind: 'job', layer: 0, tile: 0 },
    { kind: 'tile', layer: 0, tile: 1 },
    { kind: 'job', layer: 0, tile: 1 },
    { kind: 'job', layer: 0, tile: 1 },
    { kind: 'host', layer: 0 },
    { kind: 'tile', layer: 1, tile: 0 },
    { kind: 'job', layer: 1, tile: 0 },
    { kind: 'tile', layer: 1, tile: 1 },
  ];
  const program = { manifest: { steps } } as unknown as Program;
  it.each([
    [0, 0, 'steps 0..1'],
    [0, 1, 'steps 2..4'],
    [1, 0, 'steps 6..7'],
    [1, 1, 'steps 8..8'],
  ])('layer %i, tile %i: %s', (l, tile, text) => expect(stepsOfTile(program, l, tile)).toBe(text));
});

it('names the steps of a tile of a whole program', () =>
  expect(stepsOfTile(sampleProgram(), 0, 0)).toBe('steps 0..1'));
