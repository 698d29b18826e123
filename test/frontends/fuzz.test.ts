import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { type Random, random } from '../../src/base/random.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';

/** Cases a format; a case flips, overwrites, cuts or splices bytes of a valid file. */
const CASES = 1500;
/** No case may take longer; a valid file of this size takes a few milliseconds. */
const LIMIT_MS = 5000;
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x08];

const file = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../data/formats/${name}`, import.meta.url))));

function damaged(bytes: Uint8Array, other: Uint8Array, rng: Random): Uint8Array {
  const out = bytes.slice();
  // Half of the cases stay near the front, where the structure of a FlatBuffer is.
  const at = () => rng.int(0, rng.int(0, 1) === 0 ? out.length - 1 : Math.min(out.length - 1, 2000));
  switch (rng.int(0, 4)) {
    case 0:
      for (let n = rng.int(1, 8); n > 0; n--) out[at()]! ^= 1 << rng.int(0, 7);
      return out;
    case 1:
      for (let n = rng.int(1, 4); n > 0; n--) out[at()] = INTERESTING[rng.int(0, INTERESTING.length - 1)]!;
      return out;
    case 2:
      return out.subarray(0, rng.int(0, out.length - 1));
    case 3: {
      const from = rng.int(0, other.length - 1);
      const piece = other.subarray(from, Math.min(other.length, from + rng.int(1, 64)));
      out.set(
        piece.subarray(0, out.length - Math.min(at(), out.length - piece.length)),
        Math.min(at(), out.length - piece.length),
      );
      return out;
    }
    default: {
      const [from, to] = [at(), at()];
      out.copyWithin(to, from, Math.min(out.length, from + rng.int(4, 200)));
      return out;
    }
  }
}

const onnx = (bytes: Uint8Array) =>
  importOnnx(bytes, {
    name: 'fuzz',
    external: () => {
      throw new UserError('external data is not read here.');
    },
  });
const tflite = (bytes: Uint8Array) => importTflite(bytes, 'fuzz');

describe('damaged files end in a model or in one line', () => {
  it.each([
    ['nemo/model.onnx', onnx, 'diana.onnx'],
    ['diana.onnx', onnx, 'plain.onnx'],
    ['plain.onnx', onnx, 'nemo/model.onnx'],
    ['int8.tflite', tflite, 'float32.tflite'],
    ['float32.tflite', tflite, 'int8.tflite'],
  ] as const)('%s, %#', (name, read, otherName) => {
    const [bytes, other] = [file(name), file(otherName)];
    const outcomes = { model: 0, refused: 0 };
    for (let i = 0; i < CASES / (name.endsWith('onnx') ? 2 : 1); i++) {
      const broken = damaged(bytes, other, random('fuzz', name, i));
      const start = performance.now();
      try {
        read(broken);
        outcomes.model++;
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`case ${i} of ${name}`, { cause: error });
        expect(error.message).not.toContain('\n');
        outcomes.refused++;
      }
      if (performance.now() - start > LIMIT_MS) throw new Error(`case ${i} of ${name} took too long`);
    }
    // Both ends of the road are walked: weights may change, structure may not.
    expect(outcomes.model).toBeGreaterThan(20);
    expect(outcomes.refused).toBeGreaterThan(20);
  });
});
