import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { UserError } from '../../src/base/errors.js';
import { readHardwareFile } from '../../src/node/hardware-file.js';
import { overrideMemories, parseHardware } from '../../src/program/hardware-overrides.js';
import { checkHardware } from '../../src/program/hardware-rules.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-sim-hw-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const read = (content: unknown) => {
  const path = join(dir, 'slow.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readHardwareFile(path);
};

it('the defaults keep their own rules', () =>
  expect(() => checkHardware(DEFAULT_PARAMETERS, 'defaults')).not.toThrow());

describe('--hw FILE', () => {
  it('replaces single values and keeps the rest', () => {
    const hardware = read({ cycles: { copySetup: 90 }, chip: { l1Bytes: 131072 } });
    expect(hardware).toEqual({
      ...DEFAULT_PARAMETERS,
      name: 'slow',
      cycles: { ...DEFAULT_PARAMETERS.cycles, copySetup: 90 },
      chip: { ...DEFAULT_PARAMETERS.chip, l1Bytes: 131072 },
    });
    expect(DEFAULT_PARAMETERS.cycles.copySetup).toBe(70);
  });
  it('takes the name that the file gives', () => expect(read({ name: 'mine' }).name).toBe('mine'));
  it('is named by its file without ".json" at the end', () =>
    expect(
      ['a/slow.json', 'b\\SLOW.JSON', 'slow.json.old'].map((path) => parseHardware('{}', path).name),
    ).toEqual(['slow', 'SLOW', 'slow.json.old']));
  it('allows memories from one line to 1 GiB', () =>
    expect(
      read({ chip: { l1Bytes: 16, weightMemoryBytes: 2 ** 30, l2ReservedBytes: 0 } }).chip,
    ).toMatchObject({ l1Bytes: 16, weightMemoryBytes: 1_073_741_824, l2ReservedBytes: 0 }));
  it('allows fractions of cycles', () => expect(read({ host: { mac: 1.5 } }).host.mac).toBe(1.5));

  it.each([
    ['', 'is empty; expected JSON.'],
    ['{"chip":', 'is not valid JSON: it ends in the middle'],
    [[1], 'must be a JSON object of parameters.'],
    [null, 'must be a JSON object of parameters.'],
    [{ chips: {} }, 'chips is no group of parameters; nearest: chip, '],
    [{ chip: 3 }, 'chip must be an object of parameters.'],
    [{ chip: { l1Byte: 1024 } }, 'chip.l1Byte is no parameter; nearest: chip.l1Bytes, '],
    [{ chip: { constructor: 1 } }, 'chip.constructor is no parameter;'],
    ['{"__proto__": {}}', '__proto__ is no group of parameters;'],
    [{ cycles: { launch: '70' } }, 'cycles.launch is "70"; must be a number of 0 or more.'],
    [{ cycles: { launch: null } }, 'cycles.launch is null; must be a number of 0 or more.'],
    [{ cycles: { launch: -1 } }, 'cycles.launch is -1; must be a number of 0 or more.'],
    ['{"cycles": {"launch": 1e999}}', 'cycles.launch is Infinity; must be a number of 0 or more.'],
    [{ cycles: { bytesPerCycle: 0 } }, 'cycles.bytesPerCycle is 0; must be a number above 0.'],
    [{ chip: { clockHz: 0 } }, 'chip.clockHz is 0; must be a number above 0.'],
    [
      { chip: { l1Bytes: 1000 } },
      'chip.l1Bytes is 1000; must be a multiple of 16 bytes from 16 to 1073741824.',
    ],
    [{ chip: { l1Bytes: 0 } }, 'chip.l1Bytes is 0; must be a multiple of 16 bytes'],
    [
      { chip: { l2ReservedBytes: 524288 } },
      'chip.l2ReservedBytes is 524288; must be below chip.l2Bytes, 524288.',
    ],
    [{ name: 5 }, 'name is 5; must be 1 to 80 printable characters.'],
    [{ name: '' }, 'name is ""; must be 1 to 80 printable characters.'],
    [{ name: 'two\nlines' }, 'name is "two\\nlines"; must be 1 to 80 printable characters.'],
  ])('%j: %s', (content, message) => {
    expect(() => read(content)).toThrow(UserError);
    expect(() => read(content)).toThrow(message);
  });
});

describe('--l1, --wmem, --l2', () => {
  it('change the memories, and the name tells it', () => {
    const { name, chip } = overrideMemories(DEFAULT_PARAMETERS, { l1: 32768, wmem: 16384, l2: 1048576 });
    expect(name).toBe('diana-default, l1=32768, wmem=16384, l2=1048576');
    expect(chip).toEqual({
      ...DEFAULT_PARAMETERS.chip,
      l1Bytes: 32768,
      weightMemoryBytes: 16384,
      l2Bytes: 1048576,
    });
  });
  it('left out change nothing', () =>
    expect(overrideMemories(DEFAULT_PARAMETERS, {})).toEqual(DEFAULT_PARAMETERS));
  it.each([
    [{ l1: 0 }, '--l1: chip.l1Bytes is 0; must be a multiple of 16 bytes from 16 to 1073741824.'],
    [{ wmem: 100 }, '--wmem: chip.weightMemoryBytes is 100; must be a multiple of 16 bytes'],
    [{ l2: Number.NaN }, '--l2: chip.l2Bytes is NaN; must be a multiple of 16 bytes'],
    [{ l2: 65536 }, 'memory sizes: chip.l2ReservedBytes is 65536; must be below chip.l2Bytes, 65536.'],
  ])('%j: %s', (sizes, message) =>
    expect(() => overrideMemories(DEFAULT_PARAMETERS, sizes)).toThrow(message),
  );
});
