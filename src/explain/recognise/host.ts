import { tensorBytes } from '../../../sim/program/tensor-access.js';
import type { Attrs, AttrValue } from '../../base/attr-value.js';
import type { HostOp, HostStep, Operand, Program } from '../../program/types.js';
import { setBytes, setHostOp, withStep } from '../edit.js';
import type { Suspect, Suspicion } from '../suspect.js';

const show = (v: AttrValue | undefined): string => (v === undefined ? 'missing' : JSON.stringify(v));

/** The host kernel of a program that makes a tensor, in a layout. */
function kernelOf(program: Program, tensor: string | undefined, layout: string): HostStep | undefined {
  const { steps, buffers } = program.manifest;
  return steps.find(
    (s): s is HostStep =>
      s.kind === 'host' &&
      s.stores.some(({ buffer }) => buffers[buffer]?.tensor === tensor && buffers[buffer]?.layout === layout),
  );
}

function attributes(s: Suspect, step: number, i: number, held: HostOp, right: HostOp): Suspicion[] {
  const names = [...new Set([...Object.keys(held.attrs), ...Object.keys(right.attrs)])];
  return names
    .filter((n) => show(held.attrs[n]) !== show(right.attrs[n]))
    .map((n): Suspicion => {
      const attrs: Attrs = {
        ...held.attrs,
        ...(right.attrs[n] === undefined ? {} : { [n]: right.attrs[n] }),
      };
      return {
        kind: 'host-operator',
        claim: `\`${n}\` of ${held.op} is ${show(held.attrs[n])} where the model has ${show(right.attrs[n])}`,
        evidence: `step ${step}, operator ${i} of its kernel; ${s.wrong.length} wrong outputs`,
        strength: 0.95,
        repairs: [
          {
            says: `\`${n}\` ${show(right.attrs[n])} instead of ${show(held.attrs[n])} in ${held.op} of step ${step}`,
            change: () => setHostOp(s.program, step, i, (o) => ({ ...o, attrs })),
          },
        ],
      };
    });
}

const contents = (p: Program, id: number): Uint8Array | undefined => {
  const b = p.manifest.buffers[id];
  if (b?.role !== 'constant') return undefined;
  const at = b.address - p.manifest.image.address;
  return p.image.subarray(at, at + tensorBytes(b));
};

function constants(s: Suspect, step: number, held: HostOp, right: HostOp, model: Program): Suspicion[] {
  return held.args.flatMap((a, i): Suspicion[] => {
    const b = right.args[i];
    if (b === undefined || !('buffer' in a) || !('buffer' in b)) return [];
    const [is, should] = [contents(s.program, a.buffer), contents(model, b.buffer)];
    if (is === undefined || should === undefined || is.length !== should.length) return [];
    const differing = is.filter((v, j) => v !== should[j]).length;
    if (differing === 0) return [];
    const buffer = s.program.manifest.buffers[a.buffer]!;
    return [
      {
        kind: 'constant',
        claim: `constant ${buffer.name} of ${held.op} is not the model's`,
        evidence: `step ${step}: ${differing} of ${is.length} bytes differ; ${s.wrong.length} wrong outputs`,
        strength: 0.97,
        repairs: [
          {
            says: `the model's bytes in constant ${buffer.name}`,
            change: () => setBytes(s.program, buffer.address, should),
          },
        ],
      },
    ];
  });
}

/** What an operand is, in words that both programs share. */
const operandName = (p: Program, o: Operand): string => {
  if (!('buffer' in o)) return `result ${o.result}.${o.field ?? 0}`;
  const b = p.manifest.buffers[o.buffer];
  return b?.tensor ?? (b?.role === 'constant' ? 'constant' : (b?.name ?? ''));
};

function operandOrder(
  s: Suspect,
  step: number,
  i: number,
  held: HostOp,
  right: HostOp,
  model: Program,
): Suspicion[] {
  const is = held.args.map((o) => operandName(s.program, o));
  const should = right.args.map((o) => operandName(model, o));
  if (is.length !== should.length || is.every((n, j) => n === should[j])) return [];
  const args = right.args.map((o, j): Operand => {
    const name = should[j]!;
    const known = held.args.find((h) => operandName(s.program, h) === name);
    if (known !== undefined) return known;
    const b = s.program.manifest.buffers.find((x) => x.tensor === name && x.layout === 'dense');
    return b === undefined ? o : { buffer: b.id };
  });
  return [
    {
      kind: 'operands',
      claim: `${held.op} reads ${is.join(', ')} where the model has ${should.join(', ')}`,
      evidence: `step ${step}, operator ${i} of its kernel; ${s.wrong.length} wrong outputs`,
      strength: 0.96,
      repairs: [
        {
          says: `operands ${should.join(', ')} instead of ${is.join(', ')} in ${held.op} of step ${step}`,
          change: () => setHostOp(s.program, step, i, (o) => ({ ...o, args })),
        },
      ],
    },
  ];
}

/** A host kernel whose operators, attributes, operands or constants are not the model's (`compiled`: the model as this compiler has it). */
export function host(s: Suspect, compiled: () => Program | undefined): readonly Suspicion[] {
  const model = s.layer.target === 'host' ? compiled() : undefined;
  if (model === undefined) return [];
  const { steps } = s.program.manifest;
  const step = steps.findIndex((x) => x.kind === 'host' && x.layer === s.faulty.layer);
  const held = steps[step];
  const right = kernelOf(model, s.layer.tensor, s.faulty.buffer.layout);
  if (held?.kind !== 'host' || right === undefined) return [];
  if (held.ops.length !== right.ops.length || held.ops.some((o, i) => o.op !== right.ops[i]!.op)) {
    const same = held.ops.length === right.ops.length;
    const names = (k: HostStep) => k.ops.map((o) => o.op).join(', ');
    return [
      {
        kind: 'host-operator',
        claim: `the kernel runs ${names(held)} where the model has ${names(right)}`,
        evidence: `step ${step}; ${s.wrong.length} wrong outputs`,
        strength: 0.9,
        repairs: same
          ? [
              {
                says: `operators ${names(right)} instead of ${names(held)} in step ${step}`,
                change: () =>
                  withStep(s.program, step, (x) =>
                    x.kind === 'host'
                      ? {
                          ...x,
                          ops: x.ops.map((o, i) => ({
                            ...o,
                            op: right.ops[i]!.op,
                            attrs: right.ops[i]!.attrs,
                          })),
                        }
                      : x,
                  ),
              },
            ]
          : [],
      },
    ];
  }
  return held.ops.flatMap((o, i) => [
    ...attributes(s, step, i, o, right.ops[i]!),
    ...constants(s, step, o, right.ops[i]!, model),
    ...operandOrder(s, step, i, o, right.ops[i]!, model),
  ]);
}
