import { type Arg, type CallList, type Draw, isDraw, isRef } from './call-list.js';

const key = (k: string): string => (/^[A-Za-z_]\w*$/.test(k) ? k : JSON.stringify(k));

const drawCode = (list: string, d: Draw): string => {
  const fn = d.dtype === 'float32' ? 'randomUniform' : 'randomInts';
  return `${fn}(random('${list}', '${d.draw}'), [${d.shape.join(', ')}], ${d.low}, ${d.high}, '${d.dtype}')`;
};

function code(list: string, a: Arg): string {
  if (isRef(a)) return `v${a.ref}`;
  if (isDraw(a)) return drawCode(list, a);
  if (typeof a === 'string') return `'${a}'`;
  if (typeof a !== 'object' || a === null) return String(a);
  if (Array.isArray(a)) return `[${a.map((x: Arg) => code(list, x)).join(', ')}]`;
  const entries = Object.entries(a).map(([k, v]) => `${key(k)}: ${code(list, v)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

const HELPERS = [
  'ModelBuilder',
  'call',
  'constant',
  'op',
  'random',
  'randomInts',
  'randomUniform',
  'tuple',
  'tupleGetItem',
];

/** A program, valid as TypeScript and as JavaScript, that builds the model in `model`; nothing but the package's API. */
export function printCalls(list: CallList): string {
  const last = list.calls.length - 1;
  const lines = list.calls.map(
    ({ fn, args }, i) => `const v${i} = ${fn}(${args.map((a) => code(list.name, a)).join(', ')});`,
  );
  const body = [
    `const m = new ModelBuilder('${list.name}');`,
    ...lines,
    `const model = m.build(v${last});`,
  ].join('\n');
  const used = HELPERS.filter((h) => new RegExp(`\\b${h}\\b[.(]`).test(body));
  return `import { ${[...used, 'writeModelFiles'].join(', ')} } from 'diana-sim';

${body}
writeModelFiles(model, '${list.name}.relay');
`;
}
