import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingLines } from '../../reports/findings.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { compileC, dataFile, gccPresent } from '../soc/toolchain.js';

const page = readFileSync(new URL('../../docs/debugging-a-program.md', import.meta.url), 'utf8');
/** Addresses depend on the compiler's version. */
const plain = (text: string): string =>
  text
    .replaceAll(/0x[0-9a-f]{2,}/g, '#')
    .replaceAll(/[+]#/g, '')
    .replaceAll(/# <\w+>/g, '#');

/** What the page shows of `exec FILE.elf --check`. */
function shown(name: string): string[] {
  const block = new RegExp(`\\$ npx diana-sim exec ${name}\\.elf --check\\n([^\`]*)\`\`\``).exec(page)?.[1];
  if (block === undefined) throw new Error(`the page does not run ${name}`);
  return block.trimEnd().split('\n').slice(0, -1);
}

const compiled = (source: string) => compileC(source, ['-O1']);

describe.skipIf(!gccPresent)('docs/debugging-a-program.md', () => {
  it.each(['channels', 'halo', 'neighbour', 'poll'])('shows what exec --check says of %s', (name) => {
    const { stdout, findings } = runElf(
      compiled(dataFile(`debugging/${name}.c`).replace('"check.h"', '"debugging/check.h"')),
      {
        check: true,
      },
    );
    const lines = [
      ...stdout.trimEnd().split('\n'),
      ...findings.flatMap(findingLines).map((l) => `check: ${l}`),
    ];
    expect(shown(name).map(plain)).toEqual(lines.map(plain));
  });

  it.each([
    ['channels', (source: string) => source.replace('(3 + 15) / 16 * 16', '3'), '0 of 2048 elements wrong\n'],
    ['halo', (source: string) => source.replace('tile(4, 4,', 'tile(3, 5,'), '0 of 2048 elements wrong\n'],
  ] as const)('%s with its mistake mended is right and clean', (name, mend, output) => {
    const source = mend(dataFile(`debugging/${name}.c`)).replace('"check.h"', '"debugging/check.h"');
    const { stdout, findings } = runElf(compiled(source), { check: true });
    expect([stdout, findings]).toEqual([output, []]);
  });
});
