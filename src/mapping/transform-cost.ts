import { hostKernelCycles } from '../../sim/host/kernel-cost.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { type Expr, tensorTypeOf } from '../ir/expr.js';
import type { BufferLayout, HostStep } from '../program/types.js';
import { energyOf } from '../results/energy.js';
import type { MappedCost } from '../results/mapping.js';
import { noCycles } from '../results/run.js';
import { NOTHING } from './count.js';

/** From one layout into another. */
export type Move = readonly [from: BufferLayout, to: BufferLayout];

/** What a layout transform of a value costs on the host, as the simulator counts it. */
export function transformCost(value: Expr, [from, to]: Move, { host }: HardwareParameters): MappedCost {
  if (value.type.kind !== 'tensor') return NOTHING;
  const { shape, dtype } = tensorTypeOf(value);
  const step: Pick<HostStep, 'ops' | 'stores'> = {
    ops: [
      {
        op: 'layout_transform',
        attrs: { src_layout: from, dst_layout: to },
        args: [{ buffer: 0 }],
        results: [{ shape, dtype }],
      },
    ],
    stores: [{ from: { result: 0 }, buffer: 1 }],
  };
  const cycles = hostKernelCycles(
    step,
    () => ({ shape, dtype }),
    () => false,
    host,
  );
  const { microjoules } = energyOf({ cycles: { ...noCycles(), host: cycles }, usefulMacs: 0 });
  return { cycles, microjoules };
}
