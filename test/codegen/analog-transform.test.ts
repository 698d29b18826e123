import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CWriter } from '../../src/codegen/c/writer.js';
import { writeTransform } from '../../src/codegen/host/transform.js';
import { HOST_PIXELS_H } from '../../src/codegen/runtime/host-pixels.js';
import { C_FLAGS, inTemporaryFolder } from '../../src/node/toolchain/native.js';
import { hasTool, nativeCompiler, runTool } from '../../src/node/toolchain/tool.js';
import type { Buffer, BufferLayout } from '../../src/program/types.js';

/** Bytes from the start of a tensor (1, C, H, W), worked out by hand for each layout: rows of 16 columns, blocks of 64 channels. */
type Place = (c: number, y: number, x: number) => number;

interface Case {
  readonly shape: readonly [1, number, number, number];
  readonly from: BufferLayout;
  readonly to: BufferLayout;
  readonly wordsReversed?: 0;
  readonly blocksTogether?: 0;
}

const bytesOf = ([, c, h, w]: Case['shape'], layout: BufferLayout): number =>
  layout === 'dense'
    ? c * h * w
    : layout === 'core'
      ? c * h * 16 * Math.ceil(w / 16)
      : h * w * 64 * Math.ceil(c / 64);

function placeIn(layout: BufferLayout, t: Case): Place {
  const [, channels, h, w] = t.shape;
  if (layout === 'dense') return (c, y, x) => (c * h + y) * w + x;
  if (layout === 'core') return (c, y, x) => ((c * h + y) * 16 * Math.ceil(w / 16) + x) ^ 3;
  const flip = t.wordsReversed === 0 ? 0 : 3;
  return t.blocksTogether === 0
    ? (c, y, x) => (((c >> 6) * h * w + y * w + x) * 64 + (c & 63)) ^ flip
    : (c, y, x) => ((y * w + x) * 64 * Math.ceil(channels / 64) + c) ^ flip;
}

const buffer = (t: Case, layout: BufferLayout): Buffer => ({
  id: 0,
  name: layout,
  role: 'activation',
  memory: 'L2',
  address: 0,
  bytes: bytesOf(t.shape, layout),
  shape: t.shape,
  dtype: 'int8',
  layout,
  ...(layout === 'analog'
    ? { order: { wordsReversed: t.wordsReversed ?? 1, blocksTogether: t.blocksTogether ?? 1 } }
    : {}),
  firstStep: 0,
  lastStep: 0,
});

const CASES: readonly Case[] = (
  [
    [1, 3, 4, 5],
    [1, 64, 2, 16],
    [1, 70, 3, 3],
    [1, 130, 1, 1],
    [1, 16, 5, 32],
  ] as const
).flatMap((shape): Case[] => [
  { shape, from: 'dense', to: 'analog' },
  { shape, from: 'core', to: 'analog' },
  { shape, from: 'analog', to: 'dense' },
  { shape, from: 'analog', to: 'core' },
  { shape, from: 'core', to: 'analog', wordsReversed: 0 },
  { shape, from: 'analog', to: 'dense', blocksTogether: 0 },
  { shape, from: 'dense', to: 'analog', wordsReversed: 0, blocksTogether: 0 },
]);

/** A value that tells the element, never 0. */
const marked = (c: number, y: number, x: number): number => (((c * 7 + y) * 5 + x) % 101) + 1;

function expected(t: Case): number[] {
  const [, channels, h, w] = t.shape;
  const out = new Array<number>(bytesOf(t.shape, t.to)).fill(t.to === 'analog' ? 99 : 0);
  const place = placeIn(t.to, t);
  // Of pixels whole lines of 16 channels are written, of which some may only fill up; the others stay as they are.
  if (t.to === 'analog')
    for (let c = 0; c < 16 * Math.ceil(channels / 16); c++)
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[place(c, y, x)] = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[place(c, y, x)] = marked(c, y, x);
  return out;
}

/** All transforms as one C program that prints a line of bytes each; what is not part of the tensor is 99 before. */
function sourceOf(): string {
  const w = new CWriter();
  w.line('#include <stdio.h>').line('#include "host_pixels.h"');
  w.line('static _Alignas(16) int8_t in[65536], out[65536];');
  CASES.forEach((t, i) => {
    w.block(`static void transform_${i}(int8_t *output, const int8_t *input)`, () =>
      writeTransform(w, buffer(t, t.from), buffer(t, t.to)),
    );
  });
  w.block('int main(void)', () => {
    CASES.forEach((t, i) => {
      const place = placeIn(t.from, t);
      w.line('for (int i = 0; i < 65536; ++i) in[i] = out[i] = 99;');
      const [, channels, h, width] = t.shape;
      for (let c = 0; c < channels; c++)
        for (let y = 0; y < h; y++)
          w.line(
            Array.from({ length: width }, (_, x) => `in[${place(c, y, x)}] = ${marked(c, y, x)};`).join(' '),
          );
      w.line(`transform_${i}(out, in);`);
      w.line(`for (int i = 0; i < ${bytesOf(t.shape, t.to)}; ++i) printf("%d ", out[i]);`);
      w.line(`printf("%d\\n", out[${bytesOf(t.shape, t.to)}]);`);
    });
    w.line('return 0;');
  });
  return w.toString();
}

describe.skipIf(!hasTool(nativeCompiler()))('C of the transforms to and from the analog core', () => {
  const lines = (): number[][] =>
    inTemporaryFolder((folder) => {
      writeFileSync(join(folder, 'host_pixels.h'), HOST_PIXELS_H);
      writeFileSync(join(folder, 'main.c'), sourceOf());
      const flags = C_FLAGS.filter((f) => f !== '-std=c99');
      const sanitizers = ['-fsanitize=undefined', '-fno-sanitize-recover=all'];
      runTool(
        nativeCompiler(),
        [...flags, '-Werror', '-std=c11', '-O0', ...sanitizers, 'main.c', '-o', 'main'],
        {
          folder,
        },
      );
      const { stdout } = runTool('./main', [], { folder });
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ').map(Number));
    });

  it('puts every element where its layout has it, fills up lines and rows with 0, and writes nothing else', () => {
    expect(lines()).toEqual(CASES.map((t) => [...expected(t), 99]));
  });
});

it('refuses a vector', () => {
  const t: Case = { shape: [1, 4, 1, 1], from: 'dense', to: 'analog' };
  const vector = (layout: BufferLayout): Buffer => ({ ...buffer(t, layout), shape: [1, 4] });
  expect(() => writeTransform(new CWriter(), vector('dense'), vector('analog'))).toThrow(
    'layout_transform of analog: shape is (1, 4); must be (1, C, H, W) for the analog core.',
  );
});
