import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { FULL } from '../full.js';

/** The @example blocks of all doc comments, with where they stand. */
function examples(): { readonly where: string; readonly code: string }[] {
  return ['src', 'sim', 'golden', 'reports'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        const blocks = text.matchAll(/\n( *) \* @example\n([\s\S]*?)\n *\*\//g);
        return [...blocks].map(([, , body], i) => ({
          where: `${folder}/${file}, example ${i + 1}`,
          code: body!.replaceAll(/^ *\* ?/gm, ''),
        }));
      }),
  );
}

/** Node's own that examples use, beside the package's names; every other free name is given by the reader. */
const HEADER =
  "import * as diana from './src/node.js';\nimport { writeFileSync } from 'node:fs';\nvoid writeFileSync;\n";
/** "Cannot find name", with and without a suggestion; "No value exists in scope for the shorthand property". */
const FREE_NAME = [2304, 2552, 18004];

/** Type-checks the examples, each in a function of its own; a name that stands for the reader's own value may be anything. */
function problems(all: readonly { where: string; code: string }[]): string[] {
  const values = valueExports();
  const own = new Map(all.map(({ where }) => [where, new Set<string>()]));
  const source = (): { text: string; starts: number[] } => {
    let text = HEADER;
    const starts: number[] = [];
    for (const { where, code } of all) {
      const used = [...values].filter((n) => new RegExp(`\\b${n}\\b`).test(code));
      const given = [...own.get(where)!].map((n) => `${n}: any`).join(', ');
      starts.push(text.length);
      text += `void (async (${given}) => {\n${used.map((n) => `const ${n} = diana.${n};`).join(' ')}\n{\n${code}\n}\n});\n`;
    }
    return { text, starts };
  };
  for (let round = 0; round < 2; round++) {
    const { text, starts } = source();
    const errors = check(text);
    const left: string[] = [];
    for (const { code, at, message } of errors) {
      const index = starts.findLastIndex((s) => s <= at);
      const where = all[index]?.where ?? 'header';
      const name = /'(\w+)'/.exec(message)?.[1];
      if (FREE_NAME.includes(code) && name !== undefined && round === 0) own.get(where)?.add(name);
      else left.push(`${where}: ${message}`);
    }
    if (round === 1) return left;
  }
  return [];
}

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
};
const FILE = 'doc-examples.ts';

function programOf(text: string): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  const path = ts.sys.resolvePath(FILE);
  host.fileExists = (f) => f === path || fileExists.call(host, f);
  host.readFile = (f) => (f === path ? text : readFile.call(host, f));
  host.getSourceFile = (f, ...rest) =>
    f === path ? ts.createSourceFile(f, text, ts.ScriptTarget.ES2022) : getSourceFile.call(host, f, ...rest);
  return ts.createProgram([path], OPTIONS, host);
}

function check(text: string): { code: number; at: number; message: string }[] {
  const program = programOf(text);
  const file = program.getSourceFile(ts.sys.resolvePath(FILE))!;
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((d) => ({
    code: d.code,
    at: d.start ?? 0,
    message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
  }));
}

/** What `diana-sim/node` exports as values. */
function valueExports(): Set<string> {
  const program = programOf("import * as diana from './src/node.js';\nvoid diana;\n");
  const checker = program.getTypeChecker();
  const entry = program.getSourceFile(ts.sys.resolvePath('src/node.ts'))!;
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(entry)!);
  return new Set(
    symbols
      .map((s) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s))
      .flatMap((s, i) => (s.flags & ts.SymbolFlags.Value ? [symbols[i]!.name] : [])),
  );
}

describe.skipIf(!FULL)('the examples in doc comments', () => {
  it('type-check against the library', () => {
    const all = examples();
    expect(all.length).toBeGreaterThan(100);
    expect(problems(all)).toEqual([]);
  });
});
