import { expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { readConstants, showConstants } from '../../src/relay/metadata.js';
import { parseRelay } from '../../src/relay/parse.js';
import { EVERYTHING } from './texts.js';

const SECTION = EVERYTHING.slice(EVERYTHING.indexOf('#[metadata]') + '#[metadata]'.length);
const read = (text: string) => readConstants(text, 'm.relay:30:1: metadata');

it('holds the constants in their order', () => {
  expect(read(SECTION)).toEqual([tensor([2], 'float32', [1, 2])]);
});

it('reads back what it writes', () => {
  const constants = [tensor([2, 2], 'int8', [1, -2, 3, -128]), tensor([0], 'int32'), tensor([], 'bool', [1])];
  expect(read(showConstants(constants).replace('#[metadata]', ''))).toEqual(constants);
});

it('is left out where there is no constant', () => expect(showConstants([])).toBe(''));

it('may hold other things only', () => {
  expect(read(SECTION.replace('"relay.Constant"', '"IntImm"'))).toEqual([]);
});

it.each([
  ['cut short', SECTION.slice(0, -4), 'this is no complete JSON.'],
  ['no object', '[]', 'it must be an object with root, nodes and b64ndarrays.'],
  [
    'no nodes',
    SECTION.replace('"nodes"', '"knots"'),
    'it must be an object with root, nodes and b64ndarrays.',
  ],
  [
    'a root that is no map',
    SECTION.replace('"root": 1', '"root": 2'),
    'the root refers to node 2, which is no Map.',
  ],
  [
    'a root outside',
    SECTION.replace('"root": 1', '"root": -1'),
    'the root refers to node -1, which is no Map.',
  ],
  [
    'a list that is none',
    SECTION.replace('"data": [2]', '"data": [3]'),
    'the constants refers to node 3, which is no Array.',
  ],
  [
    'a constant that is none',
    SECTION.replace('"data": [3]', '"data": [0]'),
    'constant 0 refers to node 0, which is no relay.Constant.',
  ],
  [
    'an array that is not there',
    SECTION.replace('"data": "0"', '"data": "7"'),
    'constant 0 has no base64 array number 7.',
  ],
  ['a cut array', SECTION.replace('AAAEA="', 'AAAEA"'), 'constant 0 has no base64 array number 0.'],
  ['an array with another sign', SECTION.replace('P6G0', 'P6G_'), 'constant 0 has no base64 array number 0.'],
  [
    'another binary',
    SECTION.replace('P6G0', 'A6G0'),
    "byte 8: constant 0 does not start with TVM's NDArray mark.",
  ],
])('%s is refused', (_, text, why) => {
  expect(() => read(text)).toThrow(`m.relay:30:1: metadata: ${why}`);
});

it('must have as many constants as the text uses', () => {
  const text = EVERYTHING.replace('meta[relay.Constant][0]', 'meta[relay.Constant][1]');
  expect(() => parseRelay(text, { file: 'm.relay' })).toThrow(
    'm.relay:6:18: meta[relay.Constant][1] has no value: the metadata section holds 1 constants.',
  );
});

it('names the place of the section', () => {
  expect(() => parseRelay(EVERYTHING.slice(0, -4), { file: 'm.relay' })).toThrow(
    'm.relay:20:1: metadata section: this is no complete JSON.',
  );
});
