import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { isFileArgument } from '../../src/cli/file-argument.js';
import { formatOf } from '../../src/frontends/format.js';
import { loadModelFile } from '../../src/node/model-file.js';

let dir = '';
let before = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-file-name-'));
  before = process.cwd();
  mkdirSync(join(dir, 'folder'));
  mkdirSync(join(dir, 'resnet8'));
  writeFileSync(join(dir, 'residual'), 'no model');
  writeFileSync(join(dir, 'network'), 'def @main() { 0 }');
  writeFileSync(join(dir, 'net.tflite'), Buffer.from('\x1c\0\0\0TFL3\0\0\0\0', 'latin1'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('whether a word of the command line is a file', () => {
  const known = (name: string) => ['resnet8', 'residual'].includes(name);
  it.each([
    ['net.tflite', true],
    ['net.bin', true],
    ['./resnet8', true],
    ['..\\resnet8', true],
    ['network', true],
    // A folder that `compile resnet8 -o resnet8` made does not hide the model.
    ['resnet8', false],
    // Nor does a file of its name.
    ['residual', false],
    ['folder', false],
    ['resnet9', false],
  ])('%s: %s', (word, expected) => {
    process.chdir(dir);
    try {
      expect(isFileArgument(word, known)).toBe(expected);
    } finally {
      process.chdir(before);
    }
  });
});

describe('the format of a file', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  const TFLITE = '\x1c\0\0\0TFL3';
  const ONNX = '\x08\x06\x12\x07pytorch';
  it.each([
    ['a.tflite', TFLITE, 'tflite'],
    ['a.bin', TFLITE, 'tflite'],
    ['a.bin', ONNX, 'onnx'],
    ['a.bin', '// made by hand\ndef @main() {}', 'relay'],
    ['a.bin', '/* two\nlines */ #[version = "0.0.5"]\n', 'relay'],
    ['a.txt', 'def @main() {}', 'relay'],
    // Damaged ones keep the format of their ending, whose reader knows where the damage is.
    ['a.ONNX', 'noise', 'onnx'],
    ['a.relay', 'noise', 'relay'],
    ['a.txt', 'noise\ndef @main() {}', 'relay'],
  ])('%s holding %j: %s', (path, text, format) => expect(formatOf(path, bytes(text))).toBe(format));

  it.each([
    ['a.onnx', '', 'a.onnx is empty.'],
    ['a.onnx', TFLITE, 'a.onnx is named as an ONNX file, but it holds a TFLite file; rename it to *.tflite.'],
    ['a.tflite', ONNX, 'a.tflite is named as a TFLite file, but it holds an ONNX file; rename it to *.onnx.'],
    ['a.relay', ONNX, 'a.relay is named as Relay text, but it holds an ONNX file; rename it to *.onnx.'],
    [
      'input.txt',
      '# input (shape [1, 4])\n3\n',
      'input.txt holds no Relay text (a function "def @main"); models end in .relay, .txt, .onnx, .tflite, and a folder of recorded vectors goes to --golden.',
    ],
    [
      'a.bin',
      'noise',
      'a.bin: neither its ending nor its content says what it is; models end in .relay, .txt, .onnx, .tflite.',
    ],
  ])('%s holding %j is refused', (path, text, message) =>
    expect(() => formatOf(path, bytes(text))).toThrow(new UserError(message)),
  );

  it('options of ONNX files are refused for others', () => {
    const path = join(dir, 'net.tflite');
    expect(() => loadModelFile(path, { dimensions: { n: 1 } })).toThrow(
      `${path}: dimensions given, but only ONNX files take it.`,
    );
    expect(() => loadModelFile(path, { inputRange: [0, 255] })).toThrow('input range given');
  });
});
