import type { Observer } from '../rv32/platform.js';

const both = (a: Observer, b: Observer): Observer => ({
  call: (pc, target, back) => {
    a.call(pc, target, back);
    b.call(pc, target, back);
  },
  return: (target) => {
    a.return(target);
    b.return(target);
  },
  leave: (pc, target) => {
    a.leave(pc, target);
    b.leave(pc, target);
  },
  trap: (pc, target) => {
    a.trap(pc, target);
    b.trap(pc, target);
  },
  trapReturn: (target) => {
    a.trapReturn(target);
    b.trapReturn(target);
  },
});

/** One observer that tells all that there are; undefined where there is none. */
export function joinObservers(a: Observer | undefined, b: Observer | undefined): Observer | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return both(a, b);
}
