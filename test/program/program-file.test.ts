import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { readProgram, writeProgram } from '../../src/node/program-folder.js';
import { manifestDigest } from '../../src/program/files.js';
import { renderManifest } from '../../src/program/render.js';
import type { Manifest } from '../../src/program/types.js';
import { sampleProgram } from './fixture.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-sim-program-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const manifestText = () => readFileSync(join(dir, 'program.json'), 'utf8');
const writeManifest = (text: string) => writeFileSync(join(dir, 'program.json'), text);

describe('a Program on disk', () => {
  it('reads back as it was written', () => {
    writeProgram(dir, sampleProgram());
    expect(readProgram(dir)).toEqual(sampleProgram());
  });
  it('is two files with the same bytes each time', () => {
    writeProgram(join(dir, 'a'), sampleProgram());
    writeProgram(join(dir, 'b'), sampleProgram());
    expect(readdirSync(join(dir, 'a')).sort()).toEqual(['image.bin', 'program.json']);
    for (const file of ['image.bin', 'program.json'])
      expect(readFileSync(join(dir, 'a', file))).toEqual(readFileSync(join(dir, 'b', file)));
  });
  it('names the sha256 of its image, one step a line', () => {
    const program = sampleProgram();
    writeProgram(dir, program);
    const sha256 = createHash('sha256').update(program.image).digest('hex');
    expect(JSON.parse(manifestText()).image).toEqual({
      file: 'image.bin',
      address: 0x1c010000,
      bytes: 64,
      sha256,
    });
    expect(
      manifestText()
        .split('\n')
        .filter((line) => line.startsWith('  {"kind":')).length,
    ).toBe(3);
  });
  it('describes the image that it writes, whatever the manifest says', () => {
    const { manifest, image } = sampleProgram();
    writeProgram(dir, { manifest, image: image.map((b) => b ^ 1) });
    expect(readProgram(dir).image[0]).toBe(1);
  });
  it('may be laid out otherwise by an editor: only its content counts', () => {
    writeProgram(dir, sampleProgram());
    writeManifest(JSON.stringify(JSON.parse(manifestText()), null, 4));
    expect(readProgram(dir)).toEqual(sampleProgram());
  });
  it('writes an empty list on one line', () => {
    const { manifest } = sampleProgram();
    expect(renderManifest({ ...manifest, warnings: [] })).toContain('\n"warnings": [],\n');
  });
  it.each<[string, string, object]>([
    ['a buffer that ends with L2', 'buffers.2', { address: 0x1c080000 - 120 }],
    ['a buffer that ends with L1', 'buffers.1', { address: 0x40000 - 96 }],
    ['a buffer of one step', 'buffers.0', { firstStep: 2, lastStep: 2 }],
    ['a tile of a sum to the end of the rows of 16', 'layers.0.tiles.0.x', { hi: 96 }],
    ['a result of 16 times L2', 'steps.2.ops.0.results.0', { shape: [2 ** 23] }],
  ])('may hold %s', (_, path, values) => {
    writeChanged(path, values);
    expect(() => readProgram(dir)).not.toThrow();
  });
  it('cannot hold an infinity', () => {
    const { manifest, image } = sampleProgram();
    const memory = { ...manifest.memory, l1: Number.POSITIVE_INFINITY };
    expect(() => writeProgram(dir, { manifest: { ...manifest, memory }, image })).toThrow(
      "the program's memory hold Infinity as l1, which a JSON file cannot hold.",
    );
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a missing, truncated, newer or changed file', () => {
  beforeEach(() => writeProgram(dir, sampleProgram()));
  const edit = (change: (text: string) => string) => writeManifest(change(manifestText()));
  const image = () => readFileSync(join(dir, 'image.bin'));
  it.each<[string, () => void, string]>([
    ['no manifest', () => unlinkSync(join(dir, 'program.json')), 'cannot read DIR/program.json: there is no'],
    ['no image', () => unlinkSync(join(dir, 'image.bin')), 'cannot read DIR/image.bin: there is no'],
    ['no folder', () => rmSync(dir, { recursive: true }), 'cannot read DIR/program.json: there is no'],
    ['empty manifest', () => edit(() => ''), 'DIR/program.json is empty; expected JSON.'],
    ['cut manifest', () => edit((t) => t.slice(0, 900)), 'it ends in the middle (truncated?)'],
    [
      'cut image',
      () => writeFileSync(join(dir, 'image.bin'), image().subarray(1)),
      'image.bin has 63 bytes; program.json says 64.',
    ],
    [
      'longer image',
      () => writeFileSync(join(dir, 'image.bin'), Buffer.concat([image(), image()])),
      'image.bin has 128 bytes;',
    ],
    [
      'changed image',
      () => writeFileSync(join(dir, 'image.bin'), image().fill(9, 3, 4)),
      'image.bin is not the image that program.json names.',
    ],
    [
      'newer version',
      () => edit((t) => t.replace('"version": 1', '"version": 2')),
      'version is 2 of diana-sim-program; this diana-sim reads up to 1.',
    ],
    [
      'other format',
      () => edit((t) => t.replace('diana-sim-program', 'diana-sim-result')),
      'format is "diana-sim-result"; expected "diana-sim-program".',
    ],
    [
      'changed step',
      () => edit((t) => t.replace('[168,24]', '[168,25]')),
      'its digest does not match: the file was changed.',
    ],
    [
      'image file elsewhere',
      () => edit((t) => t.replace('"image.bin"', '"/etc/passwd"')),
      'image/file must be equal to constant (image.bin)',
    ],
  ])('%s', (_, damage, message) => {
    damage();
    expect(() => readProgram(dir)).toThrow(UserError);
    expect(() => readProgram(dir)).toThrow(message.replace('DIR', dir));
  });

  it('any changed byte of the manifest is refused in one line or changes nothing', () => {
    const bytes = readFileSync(join(dir, 'program.json'));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        writeFileSync(join(dir, 'program.json'), damaged);
        try {
          expect(readProgram(dir)).toEqual(sampleProgram());
        } catch (error) {
          if (!(error instanceof UserError) || error.message.includes('\n')) throw error;
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

/** Writes the sample with `values` assigned to the part of its manifest at `path`, and the digest that belongs to it. */
function writeChanged(path: string, values: object): void {
  const manifest = structuredClone(sampleProgram().manifest);
  const part = path
    .split('.')
    .filter((key) => key !== '')
    .reduce<object>((at, key) => (at as Record<string, object>)[key]!, manifest);
  Object.assign(part, values);
  writeProgram(dir, sampleProgram());
  writeManifest(JSON.stringify({ ...manifest, digest: manifestDigest(manifest) }));
}

describe('a manifest that its schema refuses', () => {
  it.each(Object.keys(sampleProgram().manifest))('without %s', (key) => {
    writeChanged('', { [key]: undefined });
    expect(() => readProgram(dir)).toThrow(UserError);
  });
  it.each<[string, string, object, string]>([
    ['an unknown property', '', { extra: 1 }, 'must NOT have additional properties (extra)'],
    ['an unknown dtype', 'buffers.0', { dtype: 'int4' }, 'buffers/0/dtype must be equal to one of'],
    ['an unknown step', 'steps.0', { kind: 'jump' }, 'steps/0 value of tag "kind" must be in oneOf'],
    ['a job without writes', 'steps.1', { writes: [] }, 'steps/1/writes must NOT have fewer than 1 items'],
    [
      'a register value of 33 bits',
      'steps.1',
      {
        writes: [
          [0xa0, 2 ** 32],
          [0, 1],
        ],
      },
      'steps/1/writes/0/1 must be <= 4294967295',
    ],
    ['a negative size', 'buffers.0', { bytes: -1 }, 'buffers/0/bytes must be >= 0'],
    ['a fraction', 'buffers.0', { address: 0.5 }, 'buffers/0/address must be integer'],
    ['a shape of zero', 'layers.0', { output: [1, 0] }, 'layers/0/output/1 must be >= 1'],
  ])('%s', (_, path, values, message) => {
    writeChanged(path, values);
    expect(() => readProgram(dir)).toThrow(message);
  });
});

describe('a manifest whose parts do not fit together', () => {
  it.each<[string, string, object, string]>([
    [
      'image below L2',
      'image',
      { address: 0x1bfffffc },
      'the image lies at 0x1bfffffc to 0x1c00003c; L2 is 0x1c000000 to 0x1c080000',
    ],
    ['image beyond L2', 'image', { address: 0x1c07ffe0 }, 'the image lies at 0x1c07ffe0 to 0x1c080020;'],
    ['image off a word', 'image', { address: 0x1c010002 }, 'the image lies at 0x1c010002, no multiple of 4'],
    [
      'buffer beyond L2',
      'buffers.2',
      { address: 0x1c07ffff },
      'buffer 2 (output) lies at 0x1c07ffff to 0x1c080077; L2 is',
    ],
    [
      'buffer beyond L1',
      'buffers.1',
      { address: 0x3ffe0 },
      'buffer 1 (tile) lies at 0x0003ffe0 to 0x00040040; L1 is 0x00000000 to 0x00040000',
    ],
    [
      'buffer too small, dense',
      'buffers.2',
      { bytes: 119 },
      'buffer 2 (output) has 119 bytes; float32 (1, 30) needs 120',
    ],
    [
      'buffer too small, rows of 16',
      'buffers.0',
      { bytes: 95 },
      'buffer 0 (input) has 95 bytes; int8 (1, 2, 3, 5) needs 96',
    ],
    [
      'core layout of int32',
      'buffers.0',
      { dtype: 'int32' },
      "buffer 0 (input) is int32; the core's layout is for int8",
    ],
    ['buffer ids that do not count', 'buffers.1', { id: 0 }, 'buffer 1 has the id 0; ids count from 0'],
    ['layer ids that do not count', 'layers.0', { id: 1 }, 'layer 0 has the id 1; ids count from 0'],
    ['a life beyond the steps', 'buffers.0', { lastStep: 4 }, 'buffer 0 (input) lives from step 0 to 4 of 3'],
    ['a life backwards', 'buffers.0', { firstStep: 2, lastStep: 1 }, 'lives from step 2 to 1 of 3'],
    [
      'tile beyond its layer',
      'layers.0.tiles.0.k',
      { hi: 97 },
      'tile 0 of layer 0 (tvmgen_default_soma_dory_main_0) spans 0 to 97 of (1, 2, 3, 5)',
    ],
    ['tile backwards', 'layers.0.tiles.0.y', { lo: 4 }, 'spans 4 to 3 of'],
    ['step of no layer', 'steps.1', { layer: 1 }, 'step 1 belongs to layer 1; there are 1'],
    ['step of no tile', 'steps.0', { tile: 1 }, 'step 0 belongs to tile 1 of layer 0, which has 1'],
    ['completes no buffer', 'steps.1', { completes: [3] }, 'step 1 refers to buffer 3; there are 3'],
    [
      'store beyond L2',
      'steps.1',
      { stores: [[0x1c080000, 1]] },
      'step 1 stores to 0x1c080000 to 0x1c080004; L2 is 0x1c000000 to 0x1c080000',
    ],
    [
      'store off a word',
      'steps.1',
      { stores: [[0x1c010006, 1]] },
      'step 1 stores to 0x1c010006, no multiple of 4',
    ],
    [
      'no such register',
      'steps.1',
      {
        writes: [
          [0x20, 0],
          [0, 1],
        ],
      },
      'step 1 writes 0x00000020, where the core has no register',
    ],
    ['no trigger', 'steps.1', { writes: [[0xa0, 2]] }, 'step 1 does not write TRIGGER once, at its end'],
    [
      'two triggers',
      'steps.1',
      {
        writes: [
          [0, 1],
          [0, 1],
        ],
      },
      'step 1 does not write TRIGGER once, at its end',
    ],
    [
      'argument of no buffer',
      'steps.2.ops.0',
      { args: [{ buffer: 9 }] },
      'step 2 operator 0 (nn.pad) refers to buffer 9; there are 3',
    ],
    [
      'argument from itself',
      'steps.2.ops.1',
      { args: [{ result: 1 }] },
      'step 2 operator 1 (cast) takes result 1; only 1 operators come before',
    ],
    [
      'argument of no field',
      'steps.2.ops.1',
      { args: [{ result: 0, field: 1 }] },
      'takes field 1 of result 0, which has 1',
    ],
    [
      'argument of nothing',
      'steps.2.ops.0',
      { args: [{}] },
      'has an operand that is not one of a buffer and a result',
    ],
    [
      'argument of both',
      'steps.2.ops.0',
      { args: [{ buffer: 0, result: 0 }] },
      'has an operand that is not one of a buffer and a result',
    ],
    ['field of a buffer', 'steps.2.ops.0', { args: [{ buffer: 0, field: 0 }] }, 'takes a field of a buffer'],
    [
      'store of no result',
      'steps.2.stores.0',
      { from: { result: 2 } },
      'step 2 takes result 2; only 2 operators come before',
    ],
    ['store to no buffer', 'steps.2.stores.0', { buffer: 3 }, 'step 2 refers to buffer 3; there are 3'],
    [
      'result of all memory',
      'steps.2.ops.0.results.0',
      { shape: [4096, 4096, 4096] },
      'operator 0 (nn.pad) has a result of (4096, 4096, 4096); must be at most 8388608 bytes',
    ],
    [
      'L1 of all memory',
      'hardware.chip',
      { l1Bytes: 2 ** 40 },
      'hardware: chip.l1Bytes is 1099511627776; must be a multiple of 16 bytes from 16 to 1073741824',
    ],
    [
      'negative cycles',
      'hardware.cycles',
      { launch: -1 },
      'hardware: cycles.launch is -1; must be a number of 0 or more',
    ],
  ])('%s', (_, path, values, message) => {
    writeChanged(path, values);
    expect(() => readProgram(dir)).toThrow(UserError);
    expect(() => readProgram(dir)).toThrow(message);
  });

  it('the digest covers every part of the manifest', () => {
    const { manifest } = sampleProgram();
    const digest = manifestDigest(manifest);
    for (const key of Object.keys(manifest)) {
      const changed = { ...manifest, [key]: 'changed' } as unknown as Manifest;
      expect(manifestDigest(changed)).not.toBe(digest);
    }
    expect(renderManifest(manifest)).toContain(`"digest": "${digest}"`);
  });
});
