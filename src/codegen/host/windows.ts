import type { KernelContext } from './kernel-context.js';
import { plus, times } from './position.js';

/** One axis of a window that a kernel runs over: the loop, and the place in the data that it visits. */
export interface WindowAxis {
  /** Loop variable and its bounds; '0' where there is nothing to loop over. */
  readonly tap: string;
  readonly from: string;
  readonly to: string;
  /** The place that a tap visits as an expression, and a name for it. */
  readonly place: (tap: string) => string;
  readonly name: string;
  /** Elements of the data along this axis. */
  readonly extent: number;
  /** Whether some window reaches outside the data; and whether its taps must be compared one by one. */
  readonly partial: boolean;
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

/**
 * The axis of a window that slides with a stride and may reach into padding. Where it may, and its taps lie side by side, this
 * writes the bounds of those that are inside, so that the loop over them compares nothing.
 */
export function slidingAxis(k: KernelContext, s: Sliding, tapName: string, placeName: string): WindowAxis {
  const partial = s.before > 0 || (s.outputs - 1) * s.stride + (s.taps - 1) * s.dilation >= s.extent;
  const tap = s.taps === 1 && !partial ? '0' : k.fresh(tapName);
  const place = (t: string): string => plus(plus(times(s.output, s.stride), times(t, s.dilation)), -s.before);
  const axis = { tap, place, name: k.fresh(placeName), extent: s.extent, partial };
  if (!partial || s.dilation > 1) return { ...axis, from: '0', to: String(s.taps), checked: partial };
  const [first, from, to] = ['first', 'from', 'to'].map((n) => k.fresh(`${tapName}_${n}`)) as [
    string,
    string,
    string,
  ];
  k.out.line(`const int32_t ${first} = ${place('0')};`);
  k.out.line(`const int32_t ${from} = ${first} < 0 ? -${first} : 0;`);
  k.out.line(`const int32_t ${to} = ${first} > ${s.extent - s.taps} ? ${s.extent} - ${first} : ${s.taps};`);
  return { ...axis, from, to, checked: false };
}

/** Most taps that are written out one by one. */
const UNROLLED = 4;

/** Loops over one axis of a window; `body` gets the place in the data as a simple expression. */
export function overAxis(k: KernelContext, axis: WindowAxis, body: (place: string) => void): void {
  const at = axis.place(axis.tap);
  const needsName = axis.checked || (axis.extent > 1 && !/^\w+$/.test(at));
  const inner = (): void => {
    if (needsName) k.out.line(`const int32_t ${axis.name} = ${at};`);
    if (axis.checked) k.out.line(`if (${axis.name} < 0 || ${axis.name} >= ${axis.extent}) continue;`);
    body(needsName ? axis.name : axis.extent === 1 ? '0' : at);
  };
  if (axis.tap === '0') inner();
  else
    k.out.block(`for (int32_t ${axis.tap} = ${axis.from}; ${axis.tap} < ${axis.to}; ++${axis.tap})`, inner);
}

/** As overAxis, but a few taps that are all inside the data are written out. The body must not name the tap. */
export function overShortAxis(k: KernelContext, axis: WindowAxis, body: (place: string) => void): void {
  const taps = Number(axis.to);
  if (axis.partial || axis.from !== '0' || !(taps <= UNROLLED)) overAxis(k, axis, body);
  else for (let t = 0; t < taps; t++) body(axis.place(String(t)));
}
