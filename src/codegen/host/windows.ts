import type { KernelContext } from './kernel-context.js';
import { plus, times } from './position.js';

/** One axis of a window that a kernel runs over: the loop, and the place in the data that it visits. */
export interface WindowAxis {
  /** Loop variable and its bounds; '0' where there is nothing to loop over. */
  readonly tap: string;
  readonly from: string;
  readonly to: string;
  /** The place as an expression, and a name for it. */
  readonly at: string;
  readonly name: string;
  /** Elements of the data along this axis. */
  readonly extent: number;
  /** Whether some window reaches outside the data. */
  readonly checked: boolean;
}

/** Sizes of a sliding window along one axis. */
export interface Sliding {
  readonly output: string;
  readonly outputs: number;
  readonly extent: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** The axis of a window that slides with a stride and may reach into padding. */
export function slidingAxis(k: KernelContext, s: Sliding, tapName: string, placeName: string): WindowAxis {
  const checked = s.before > 0 || (s.outputs - 1) * s.stride + (s.taps - 1) * s.dilation >= s.extent;
  const tap = s.taps === 1 && !checked ? '0' : k.fresh(tapName);
  const at = plus(plus(times(s.output, s.stride), times(tap, s.dilation)), -s.before);
  return { tap, from: '0', to: String(s.taps), at, name: k.fresh(placeName), extent: s.extent, checked };
}

/** Loops over one axis of a window; `body` gets the place in the data as a simple expression. */
export function overAxis(k: KernelContext, axis: WindowAxis, body: (place: string) => void): void {
  const needsName = axis.checked || (axis.extent > 1 && !/^\w+$/.test(axis.at));
  const inner = (): void => {
    if (needsName) k.out.line(`const int32_t ${axis.name} = ${axis.at};`);
    if (axis.checked) k.out.line(`if (${axis.name} < 0 || ${axis.name} >= ${axis.extent}) continue;`);
    body(needsName ? axis.name : axis.extent === 1 ? '0' : axis.at);
  };
  if (axis.tap === '0') inner();
  else
    k.out.block(`for (int32_t ${axis.tap} = ${axis.from}; ${axis.tap} < ${axis.to}; ++${axis.tap})`, inner);
}
