import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';
import { compile } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import { writeProgram } from '../../src/node/program-folder.js';
import { PROGRAM_VERSION, type Program } from '../../src/program/types.js';
import { type fieldOf, jobsOf, withField, withRegister } from '../verify/plant.js';
import { diana } from './run.js';

let dir = '';
const at = (...names: string[]) => join(dir, ...names);

/** A folder with the program of two-convs, changed. */
function programFolder(name: string, change: (p: Program) => Program = (p) => p): void {
  writeProgram(at(name), change(compile(buildModel('two-convs'))));
}

const field = (p: Program, name: Parameters<typeof fieldOf>[2], value: number): Program =>
  withField(p, jobsOf(p, 'conv2', 'compute')[0]!.step, name, value);

function changeText(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (text.replace(from, to) === text) throw new Error(`${path} does not hold ${from}`);
  writeFileSync(path, text.replace(from, to));
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-cli-bad-'));
  writeFileSync(at('shape.npy'), encodeNpy(tensor([1, 3, 32, 16], 'int8')));
  writeFileSync(at('dtype.npy'), encodeNpy(tensor([1, 3, 32, 32], 'int32')));
  writeFileSync(at('right.npy'), encodeNpy(tensor([1, 3, 32, 32], 'int8')));
  writeFileSync(at('noise.npy'), 'no numpy file');
  writeFileSync(at('type.json'), '{"cycles": {"copySetup": "90"}}');
  writeFileSync(at('key.json'), '{"cycles": {"copySetpu": 90}}');
  writeFileSync(at('group.json'), '{"cycle": {"copySetup": 90}}');
  writeFileSync(at('negative.json'), '{"host": {"mac": -1}}');
  writeFileSync(at('cut.json'), '{"cycles": {"copySetup": 90');
  mkdirSync(at('folder'));

  programFolder('no-image');
  rmSync(at('no-image', 'image.bin'));
  programFolder('no-manifest');
  rmSync(at('no-manifest', 'program.json'));
  programFolder('cut-image');
  truncateSync(at('cut-image', 'image.bin'), 100);
  programFolder('cut-manifest');
  truncateSync(at('cut-manifest', 'program.json'), 1000);
  programFolder('newer');
  changeText(
    at('newer', 'program.json'),
    `"version": ${PROGRAM_VERSION}`,
    `"version": ${PROGRAM_VERSION + 1}`,
  );
  programFolder('changed-manifest');
  changeText(at('changed-manifest', 'program.json'), '"note":"compute ', '"note":"Compute ');
  programFolder('changed-image');
  const image = readFileSync(at('changed-image', 'image.bin'));
  image[40]! ^= 1;
  writeFileSync(at('changed-image', 'image.bin'), image);

  // With digests that fit: what only the simulated chip can find.
  programFolder('mode', (p) => field(p, 'mode', 2));
  programFolder('shift', (p) => field(p, 'shift_fixed_point', 32));
  programFolder('no-channels', (p) => field(p, 'c', 0));
  programFolder('pointer', (p) => field(p, 'input_memory_pointer', 262144));
  programFolder('im-n', (p) => withRegister(p, jobsOf(p, 'conv2', 'compute')[0]!.step, 'IM_N', 32));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const COMPUTE =
  /^diana-sim: step \d+, conv2 \(tvmgen_default_soma_dory_main_1\) tile 0, compute channels 0\.\.8 rows 0\.\.32: /;

/** [command line, its line on stderr] */
const CASES: readonly (readonly [string, string | RegExp])[] = [
  ['verify resnet9', 'model resnet9 is not known; nearest: resnet8, resnet20, residual.'],
  [
    'verify single-conv,two-convs',
    /^diana-sim: model single-conv,two-convs is not known; nearest: single-conv/,
  ],
  ['show all', 'all stands for 10 models; name one of them.'],
  ['frobnicate', 'command frobnicate is not known; nearest: compare, compile, simulate.'],
  ['', 'Name a command; `diana-sim --help` lists them.'],
  [
    'verify',
    'Name a model (`diana-sim models` lists them), a suite or a file, or "models" in a diana.config.json.',
  ],
  ['compile single-conv', 'Missing required argument: output'],
  ['verify single-conv --frob', 'Unknown argument: frob'],
  ['show single-conv --seed 1 --seed 2', '--seed is given 2 times (1, 2); give it once.'],
  ['show single-conv --l1', '--l1 needs a value.'],
  [
    'show single-conv --stage assembly',
    /^diana-sim: Invalid values: .*Given: "assembly", Choices: "input", "partitioned", "memory"\n$/,
  ],
  ['verify single-conv --runs 0', '--runs is 0; must be a whole number of at least 1.'],
  ['verify single-conv --runs two', '--runs is NaN; must be a whole number of at least 1.'],
  ['verify single-conv two-convs --input right.npy', /^diana-sim: --input goes with one model/],
  ['verify single-conv --strength 0', '--strength is 0; must be a whole number of faults, at least 1.'],
  [
    'verify single-conv --min-strength 950%',
    '--min-strength is "950%"; must be a share from 0% to 100%, such as 95% or 0.95.',
  ],
  [
    'verify single-conv --elf folder --strength',
    '--strength plants faults in a program of this compiler; leave --elf out.',
  ],
  ['stimulate single-conv', 'Missing required argument: output'],
  ['stimulate single-conv -o v --tries 0', '--tries is 0; must be a whole number of at least 1.'],
  ['verify single-conv --target gpu', 'target "gpu" is not known; use "soma_dory, c" or "c".'],
  [
    'verify single-conv --golden nowhere --golden-order whc',
    /^diana-sim: --golden-order is "whc"; must be extents, hwc, chw\.$/m,
  ],
  ['verify single-conv --reference-backend gpu', /^diana-sim: reference backend gpu is not known/],

  [
    'verify single-conv --input shape.npy',
    'shape.npy holds int8 of shape (1, 3, 32, 16); must be int8 of shape (1, 3, 32, 32).',
  ],
  [
    'verify single-conv --input dtype.npy',
    'dtype.npy holds int32 of shape (1, 3, 32, 32); must be int8 of shape (1, 3, 32, 32).',
  ],
  ['verify single-conv --input noise.npy', /^diana-sim: noise\.npy /],
  ['verify single-conv --input nothing.npy', 'cannot read nothing.npy: there is no such file or folder.'],
  ['verify single-conv --input folder', 'cannot read folder: it is a folder.'],
  [
    'verify single-conv --input image=right.npy',
    '--input image=right.npy: the model has no input image; it has input.',
  ],

  [
    'verify single-conv --hw type.json',
    'type.json: cycles.copySetup is "90"; must be a number of 0 or more.',
  ],
  [
    'verify single-conv --hw key.json',
    /^diana-sim: key\.json: cycles\.copySetpu is no parameter; nearest: cycles\.copySetup,/,
  ],
  [
    'verify single-conv --hw group.json',
    /^diana-sim: group\.json: cycle is no group of parameters; nearest: cycles,/,
  ],
  ['verify single-conv --hw negative.json', 'negative.json: host.mac is -1; must be a number of 0 or more.'],
  ['verify single-conv --hw cut.json', /^diana-sim: cut\.json is not valid JSON: it ends in the middle/],

  [
    'verify single-conv --l1 100',
    '--l1: chip.l1Bytes is 100; must be a multiple of 16 bytes from 16 to 1073741824.',
  ],
  [
    'verify single-conv --l2 65536',
    /^diana-sim: memory sizes: chip\.l2ReservedBytes is 65536; must be below chip\.l2Bytes, 65536\.\n$/,
  ],
  // Three channels of two rows of 32 and 16 planes of one row of 32, each with up to 32 + 31 bytes for copies.
  [
    'verify single-conv --l1 128',
    'layer conv: L1 is 128 bytes; must be at least 864, its smallest tile. Enlarge --l1, or compile with --target c.',
  ],
  [
    'compile resnet8 --l2 131072 -o out',
    /^diana-sim: L2 for constants and activations is (\d+) bytes; must be at most 65536 \(131072 of L2 less 65536 for code and stack\); \d+ too many; largest at the fullest step: tvmgen_default_soma_dory_main_10_weights \(weights, 37120 bytes\), .* --l2 \d+ would hold it\.\n$/,
  ],

  ['simulate nowhere', 'cannot read nowhere/program.json: there is no such file or folder.'],
  ['disasm nowhere', 'cannot read nowhere/program.json: there is no such file or folder.'],
  ['ui nowhere.onnx', 'cannot read nowhere.onnx: there is no such file or folder.'],
  ['ui resnet8 --port 70000', '--port is 70000; must be a whole number of 0 to 65535.'],
  ['simulate no-manifest', 'cannot read no-manifest/program.json: there is no such file or folder.'],
  ['simulate no-image', 'cannot read no-image/image.bin: there is no such file or folder.'],
  [
    'simulate cut-image',
    /^diana-sim: cut-image\/image\.bin has 100 bytes; program\.json says \d+\. Compile the model again\.\n$/,
  ],
  [
    'simulate cut-manifest',
    /^diana-sim: cut-manifest\/program\.json is not valid JSON: it ends in the middle \(truncated\?\)/,
  ],
  [
    'simulate newer',
    `newer/program.json: version is ${PROGRAM_VERSION + 1} of diana-sim-program; this diana-sim reads up to ${PROGRAM_VERSION}. Update diana-sim.`,
  ],
  [
    'simulate changed-manifest',
    'changed-manifest/program.json: its digest does not match: the file was changed. Compile the model again.',
  ],
  [
    'simulate changed-image',
    'changed-image/image.bin is not the image that program.json names. Compile the model again.',
  ],
  [
    'simulate mode',
    new RegExp(
      `${COMPUTE.source}field mode is 2; must be 0 \\(FC\\), 1 \\(conv\\) or 3 \\(element-wise sum\\)\\.\n$`,
    ),
  ],
  [
    'simulate shift',
    new RegExp(`${COMPUTE.source}field shift_fixed_point is 32; must be 0\\.\\.31 bits\\.\n$`),
  ],
  ['simulate no-channels', new RegExp(`${COMPUTE.source}field c is 0; must be at least 1\\.\n$`)],
  [
    'simulate pointer',
    new RegExp(
      `${COMPUTE.source}conv input: access to L1 is 0x00040000\\.\\.0x[0-9a-f]+; must be inside 0x00000000\\.\\.0x00040000\\.`,
    ),
  ],
  [
    'simulate im-n',
    new RegExp(`${COMPUTE.source}instruction memory is 1 instructions without stop; must be ended by`),
  ],

  ['compile single-conv -o right.npy', 'cannot write right.npy: it is a file, not a folder.'],
  ['compile single-conv -o right.npy/out', 'cannot write right.npy/out: a part of the path is no folder.'],
  [
    'compile single-conv -o /proc/diana/out',
    'cannot write /proc/diana/out: there is no such file or folder.',
  ],
  ['models resnt8', 'model resnt8 is not known; nearest: resnet8, resnet20, residual.'],
  ['verify single-conv --json folder', 'cannot write folder: it is a folder.'],
];

describe('bad input: one line on stderr, status 2, nothing written', () => {
  it.each(CASES)('diana-sim %s', async (line, expected) => {
    const before = readdirSync(dir, { recursive: true });
    const { status, stdout, stderr } = await diana(dir, line === '' ? [] : line.split(' '));
    if (typeof expected === 'string') expect(stderr).toBe(`diana-sim: ${expected}\n`);
    else expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(readdirSync(dir, { recursive: true })).toEqual(before);
  });
});
