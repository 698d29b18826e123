import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/node/config-file.js';
import { CONFIG_FILE, findConfig } from '../../src/node/find-config.js';

const root = mkdtempSync(join(tmpdir(), 'diana-config-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const deep = join(root, 'team/nets/kws');
mkdirSync(deep, { recursive: true });
const path = join(root, 'team', CONFIG_FILE);

const configOf = (config: unknown, from = deep) => {
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return readConfig(path, from);
};

describe('diana.config.json', () => {
  it('is found upwards from the working folder', () => {
    writeFileSync(path, '{}');
    expect(findConfig(deep)).toBe(path);
    expect(findConfig(join(root, 'team'))).toBe(path);
    expect(findConfig(root)).toBeUndefined();
  });

  it('gives paths as the working folder has them, and leaves names of models alone', () => {
    const config = configOf({
      $schema: 'x',
      models: ['resnet8', 'nets/kws.onnx', { model: 'a.relay', params: 'w.npz', dimensions: ['N=1'] }],
      hw: 'hw/slow.json',
      baselines: 'base',
      l1: 65536,
      thresholds: { cycles: '+2%', 'layer-cycles': '+5%' },
      'fail-on': 'changed',
    });
    expect(config).toEqual({
      $schema: 'x',
      path,
      models: [
        { model: 'resnet8' },
        { model: '../kws.onnx' },
        { model: '../../a.relay', params: '../../w.npz', dimensions: ['N=1'] },
      ],
      hw: '../../hw/slow.json',
      baselines: '../../base',
      l1: 65536,
      thresholds: { cycles: '+2%', 'layer-cycles': '+5%' },
      'fail-on': 'changed',
    });
    expect(configOf({ baselines: '.' }, join(root, 'team')).baselines).toBe('.');
  });

  it.each([
    ['{"seed": ', 'is not valid JSON: it ends in the middle (truncated?). Mend it or take it away.'],
    [{ modls: [] }, 'not a valid configuration: the document must NOT have additional properties (modls).'],
    [{ l1: 0 }, 'not a valid configuration: l1 must be >= 1.'],
    [{ 'fail-on': 'never' }, 'must be equal to one of the allowed values (regressed, improved, changed).'],
    [{ thresholds: { cycle: '1' } }, 'thresholds must NOT have additional properties (cycle).'],
  ])('refuses %j in one line that begins with its path', (config, message) => {
    expect(() => configOf(config)).toThrow(message);
    expect(() => configOf(config)).toThrow(/^\.\.\/\.\.\/diana\.config\.json[: ][^\n]*$/);
  });
});
