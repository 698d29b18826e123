import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { type Random, random } from '../../src/base/random.js';
import { tensor } from '../../src/base/tensor.js';
import { buildModel } from '../../src/models/registry.js';
import { readParams, writeParams } from '../../src/relay/params-file.js';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';
import { EVERYTHING } from './texts.js';

/** Pieces that a parser may stumble over. */
const PIECES = [
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  ';',
  '"',
  '/*',
  '*/',
  '//',
  '\n',
  '%0',
  '%0.0',
  '@main',
  '-',
  '-1',
  '99999999999',
  '1e999f',
  '0x',
  'NaN',
  'None',
  'meta[relay.Constant][9]',
  'fn',
  'let',
  '__proto__=1',
  '#[metadata]',
  '\0',
  '\ud800',
  'constructor',
  '=',
];

type Mutation = (bytes: Uint8Array, rng: Random) => Uint8Array;
const at = (bytes: Uint8Array, rng: Random) => rng.int(0, Math.max(0, bytes.length - 1));
const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flip: (bytes, rng) => {
    const out = bytes.slice();
    for (let n = rng.int(1, 4); n > 0; n--) out[at(out, rng)]! ^= 1 << rng.int(0, 7);
    return out;
  },
  overwrite: (bytes, rng) => {
    const out = bytes.slice();
    for (let n = rng.int(1, 8); n > 0; n--) out[at(out, rng)] = [0, 1, 0x7f, 0x80, 0xff][rng.int(0, 4)]!;
    return out;
  },
  truncate: (bytes, rng) => bytes.slice(0, at(bytes, rng)),
  splice: (bytes, rng) => {
    const from = at(bytes, rng);
    return join(
      bytes.slice(0, at(bytes, rng)),
      bytes.slice(from, from + rng.int(1, 200)),
      bytes.slice(at(bytes, rng)),
    );
  },
  insert: (bytes, rng) => {
    const piece = new TextEncoder().encode(PIECES[rng.int(0, PIECES.length - 1)]!.repeat(rng.int(1, 3)));
    const where = at(bytes, rng);
    return join(bytes.slice(0, where), piece, bytes.slice(where));
  },
};

/** Runs `use` on mutants of `seed`; each must end in success or in one line. Counts both, to show that both happen. */
function fuzz(name: string, seed: Uint8Array, cases: number, use: (bytes: Uint8Array) => void) {
  const ends = { success: 0, refused: 0 };
  const kinds = Object.keys(MUTATIONS);
  for (let i = 0; i < cases; i++) {
    const kind = kinds[i % kinds.length]!;
    const mutant = MUTATIONS[kind]!(seed, random('fuzz', name, i));
    try {
      use(mutant);
      ends.success++;
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`${name}, case ${i} (${kind})`, { cause: error });
      expect(error.message).toMatch(/^[^\n\r]{1,2000}$/);
      ends.refused++;
    }
  }
  return ends;
}

/** Whatever was accepted must print, read back, and print the same. */
function readText(bytes: Uint8Array): void {
  const main = parseRelay(new TextDecoder().decode(bytes), { file: 'fuzz.relay', standInConstants: true });
  const text = printModule(main, { types: true, metadata: true });
  const again = printModule(parseRelay(text, { file: 'again.relay' }), { types: true, metadata: true });
  if (again !== text) throw new Error('what was accepted prints differently after a second reading');
}

const encode = (text: string) => new TextEncoder().encode(text);

describe('every damaged text ends in success or in one line', () => {
  const { main } = buildModel('residual');
  const program = EVERYTHING.slice(0, EVERYTHING.indexOf('#[metadata]'));
  it.each([
    ['everything, whole', encode(EVERYTHING), 600],
    ['everything, without metadata', encode(program), 600],
    ['a network', encode(printModule(main, { types: true })), 400],
  ] as const)('%s', (name, seed, cases) => {
    readText(seed);
    const ends = fuzz(name, seed, cases, readText);
    expect(ends.success).toBeGreaterThan(10);
    expect(ends.refused).toBeGreaterThan(100);
  });
});

it('every damaged .params file ends in success or in one line', () => {
  const seed = writeParams(
    new Map([
      ['conv1.weights', tensor([2, 3, 1, 1], 'int8', [1, -2, 3, -4, 5, -6])],
      ['conv1.bias', tensor([2], 'int32', [70000, -70000])],
      ['scale', tensor([], 'float32', [0.5])],
      ['shape', tensor([2], 'int64', [2 ** 40, -1])],
    ]),
  );
  const ends = fuzz('params', seed, 800, (bytes) => {
    const read = readParams(bytes, 'fuzz.params');
    expect(readParams(writeParams(read), 'again.params')).toEqual(read);
  });
  expect(ends.success).toBeGreaterThan(10);
  expect(ends.refused).toBeGreaterThan(100);
});

// Texts whose work must not grow faster than their length.
it.each([
  ['open parentheses', '('.repeat(500_000)],
  ['open brackets in an attribute', `clip(%x, a_min=${'['.repeat(500_000)}`],
  ['open functions', '%0 = fn () {'.repeat(100_000)],
  ['an open comment', `/*${' '.repeat(2_000_000)}`],
  ['open comments', '/*'.repeat(500_000)],
  ['open strings', 'f("'.repeat(300_000)],
  ['one long number', '1'.repeat(1_000_000)],
  ['many bindings', Array.from({ length: 100_000 }, (_, i) => `%${i} = %x;`).join('')],
  ['many attributes', `clip(%x, ${Array.from({ length: 150_000 }, (_, i) => `a${i}=1`).join(',')})`],
  ['a chain of projections', `%x${'.0'.repeat(400_000)}`],
])('%s end in one line, soon', (_, body) => {
  const text = `def @main(%x: Tensor[(1, 4), int8]) {\n${body}`;
  expect(() => parseRelay(text, { file: 'm.relay' })).toThrow(/^m\.relay:\d+:\d+: [^\n]{1,2000}$/);
});

it('a chain of 20,000 operators is read and printed without running out of stack', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `  %${i + 1} = add(%${i}, %${i});`);
  const text = `def @main(%x: int8) {\n  %0 = add(%x, %x);\n${lines.join('\n')}\n  add(%20000, %20000)\n}\n`;
  expect(printModule(parseRelay(text, { file: 'm.relay' }), { types: false })).toBe(text);
});
