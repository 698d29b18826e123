import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { FULL } from '../full.js';

it.skipIf(!FULL)(
  'the API pages build without a warning: every exported function is documented, every link leads somewhere',
  () => {
    const { status, stdout, stderr } = spawnSync('node_modules/.bin/typedoc', ['--emit', 'none'], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).not.toMatch(/\[(warning|error)\]/);
    expect(status).toBe(0);
  },
);
