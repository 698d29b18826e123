import { expect, it } from 'vitest';
import { DEFAULT_OPTIONS, partitionModel } from '../../src/compile.js';
import { expandModels } from '../../src/models/registry.js';
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
