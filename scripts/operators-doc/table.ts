import { hostCost } from '../../sim/host/cost.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { AttrValue } from '../../src/base/attr-value.js';
import type { HostOperator } from '../../src/base/operators.js';
import type { AttrSpec } from '../../src/ir/attrs.js';
import { allOps } from '../../src/ir/registry.js';
import { CORE_LIMITS } from './cores.js';
import { LIMITS } from './limits.js';

const showValue = (v: AttrValue): string =>
  v === null ? 'None' : typeof v === 'string' ? `"${v}"` : JSON.stringify(v);

const showSpec = ({ name, default: value }: AttrSpec): string =>
  value === undefined ? `**${name}**` : `${name} = ${showValue(value).replaceAll(',', ', ')}`;

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

function rows(): string[][] {
  const known = allOps().map(({ name, args, attrs }) => [
    code(name),
    args.join(', '),
    attrs.map(showSpec).join('; '),
    ...limitsOf(name),
    code(hostCost(name).formula),
  ]);
  const transform = [
    code('layout_transform'),
    'data',
    '',
    ...limitsOf('layout_transform'),
    code(hostCost('layout_transform').formula),
  ];
  return [...known, transform];
}

function limitsOf(name: string): [string, string, string] {
  const limits = LIMITS[name as HostOperator];
  return [limits.host, limits.core ?? '', limits.analog ?? ''];
}

/** A table with aligned columns, as the formatter leaves it. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...body.map(line)].join('\n');
}

/** The text of docs/operators.md. */
export function operatorsDoc(): string {
  const parameters = Object.entries(DEFAULT_PARAMETERS.host).map(([name, value]) => [
    code(name),
    String(value),
  ]);
  return `# Operators

Written by \`npm run docs:operators\`; do not edit. Names and attributes are Relay's, in TVM's order with its
defaults; attributes in bold must be given. The exact semantics of each operator (rounding, wrapping, order of
summation) stand at its definition in \`src/ir/ops\`. Every operator runs on the host; "digital core" and "analog core" say as which
part of which pattern it can run there, within the limits of the pattern. The analog pattern is tried first [htvm].

${table(['operator', 'arguments', 'attributes', 'limits on the host', 'digital core', 'analog core', 'host cycles'], rows())}

## Limits of the cores

What breaks a limit stays on the host with a warning; a test holds each limit from either side (\`test/passes\`, \`test/analog/limits.test.ts\`).
[htvm], [dory], [match]: where it is from; [ours]: chosen. The analog core is an ideal array: analog noise is not modelled (analog.md).

${table(['limit', 'digital core', 'analog core'], CORE_LIMITS)}

## Host cycles

All formulas and parameters are **[ours]**: estimates for C code on a core without SIMD or FPU, fitted to runs on the SoC model (npm run calibrate).
\`out\` and \`in\` are elements of the results and of the first argument, \`bytes\` those of the results; a formula's
part after "float32:" holds when an argument or result is float32. A kernel costs \`call\` once, then the sum over its
operators, fused or not.

${table(['parameter', 'default (cycles)'], parameters)}
`;
}
