import { tensorBytes } from '../../../sim/program/tensor-access.js';
import { setBytes, setHostOp } from '../../../src/explain/edit.js';
import type { HostOp, HostStep, Program } from '../../../src/program/types.js';
import { type FaultKind, pick, type Site } from '../fault.js';

/** One operator of the layer's host kernel changed, drawn among those for which `change` gives another. */
function inOneOp(s: Site, change: (op: HostOp) => HostOp | undefined): Program | undefined {
  const step = s.program.manifest.steps.findIndex((x) => x.kind === 'host' && x.layer === s.layer.id);
  const kernel = s.program.manifest.steps[step] as HostStep | undefined;
  if (kernel === undefined) return undefined;
  const i = pick(
    kernel.ops.flatMap((o, n) => (change(o) === undefined ? [] : [n])),
    s,
  );
  return i === undefined ? undefined : setHostOp(s.program, step, i, (o) => change(o)!);
}

const attribute =
  (name: string, change: (v: unknown) => unknown, causes: FaultKind['causes'] = ['host-operator']) =>
  (label: string): FaultKind => ({
    name: label,
    causes,
    plant: (s) =>
      inOneOp(s, (o) => {
        const v = o.attrs[name];
        const to = v === undefined ? undefined : change(v);
        return to === undefined ? undefined : { ...o, attrs: { ...o.attrs, [name]: to as never } };
      }),
  });

/** Faults in host kernels. */
export const HOST_FAULTS: readonly FaultKind[] = [
  attribute('axis', (v) => (typeof v === 'number' ? (v === 0 ? 1 : 0) : undefined))(
    'host operator along another axis',
  ),
  attribute('a_max', (v) => (typeof v === 'number' ? v >> 1 : undefined))('clip at half the limit'),
  attribute('a_min', (v) => (typeof v === 'number' ? (v === 0 ? -128 : 0) : undefined))(
    'clip at another lower limit',
  ),
  {
    name: 'operands of a host operator swapped',
    causes: ['operands'],
    plant: (s) =>
      inOneOp(s, (o) =>
        ['subtract', 'right_shift', 'left_shift', 'concatenate', 'divide'].includes(o.op) &&
        o.args.length === 2
          ? { ...o, args: [o.args[1]!, o.args[0]!] }
          : undefined,
      ),
  },
  {
    name: 'a constant of the host one too large',
    causes: ['constant'],
    plant: (s) => {
      const { steps, buffers, image } = s.program.manifest;
      const kernel = steps.find((x): x is HostStep => x.kind === 'host' && x.layer === s.layer.id);
      const constants = (kernel?.ops ?? []).flatMap((o) =>
        o.args.flatMap((a) => {
          const b = 'buffer' in a ? buffers[a.buffer] : undefined;
          return b?.role === 'constant' && b.dtype !== 'float32' ? [b] : [];
        }),
      );
      const buffer = pick(constants, s);
      if (buffer === undefined) return undefined;
      const at = buffer.address - image.address;
      const bytes = s.program.image.slice(at, at + tensorBytes(buffer));
      bytes[0] = (bytes[0]! + 1) & 255;
      return setBytes(s.program, buffer.address, bytes);
    },
  },
];
