import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile, DEFAULT_OPTIONS, partitionModel } from '../../src/compile.js';
import { buildModel, expandModels } from '../../src/models/registry.js';
import { loadRelayFile, writeModelFiles } from '../../src/node/relay-files.js';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';
import { COMPILED } from './texts.js';

const models = expandModels(['all', 'htvm-suite']);

it.each(models.map((m) => [m.name, m] as const))(
  '%s prints as it was read when it is partitioned',
  (_, entry) => {
    const { main } = partitionModel(entry.build(0), DEFAULT_OPTIONS).laidOut;
    const shown = printModule(main, { types: true });
    expect(shown).toContain('Compiler="soma_dory"');
    expect(
      printModule(parseRelay(shown, { file: 'net.relay', standInConstants: true }), { types: true }),
    ).toBe(shown);
    const stored = printModule(main, { types: true, metadata: true });
    expect(printModule(parseRelay(stored, { file: 'net.relay' }), { types: true, metadata: true })).toBe(
      stored,
    );
  },
);

it("the compiled network of HTVM's notebook is its second listing", () => {
  const [entry] = expandModels(['single-conv']);
  const { main } = partitionModel(entry!.build(0), DEFAULT_OPTIONS).laidOut;
  expect(printModule(main, { types: true })).toBe(COMPILED);
});

it.each(['single-conv', 'residual', 'resnet8', 'ds-cnn', 'dae'])(
  '%s, stored and loaded, compiles to the same bytes',
  (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-'));
    const path = join(folder, 'net.relay');
    const model = buildModel(name);
    writeModelFiles(model, path);
    const [built, loaded] = [compile(model), compile(loadRelayFile(path))];
    rmSync(folder, { recursive: true });
    expect(Buffer.compare(built.image, loaded.image)).toBe(0);
    expect(loaded.manifest.steps).toEqual(built.manifest.steps);
  },
);
