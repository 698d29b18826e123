import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile } from '../../src/compile.js';
import { buildModel, modelNames } from '../../src/models/registry.js';
import { readProgram, writeProgram } from '../../src/node/program-folder.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-sim-compiled-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each(modelNames())('the Program of %s reads back as it was compiled', (name) => {
  const program = compile(buildModel(name));
  writeProgram(join(dir, name), program);
  expect(readProgram(join(dir, name))).toEqual(program);
});
