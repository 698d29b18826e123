import { tensorBytes } from '../../../sim/program/tensor-access.js';
import type { Buffer, HostStep, Program } from '../../program/types.js';
import { type FaultSource, oneOf } from './fault.js';

/** Single bits of the constants that a host kernel reads. */
export function constantFaults({ manifest }: Program, layer: number): FaultSource[] {
  const steps = manifest.steps.filter((s): s is HostStep => s.kind === 'host' && s.layer === layer);
  const ids = new Set(
    steps.flatMap((s) => s.ops.flatMap((op) => op.args.flatMap((a) => ('buffer' in a ? [a.buffer] : [])))),
  );
  const constants = [...ids].map((id): Buffer => manifest.buffers[id]!).filter((b) => b.role === 'constant');
  if (constants.length === 0) return [];
  const kind = 'bit of a constant of a host kernel';
  return [
    {
      group: 'constants',
      kind,
      draw: (rng) => {
        const b = oneOf(rng, constants);
        const byte = rng.int(0, tensorBytes(b) - 1);
        const bit = rng.int(0, 7);
        return {
          layer,
          kind,
          what: `bit ${bit} of byte ${byte} of ${b.name}`,
          change: { at: 'memory', address: b.address + byte, mask: 1 << bit },
        };
      },
    },
  ];
}
