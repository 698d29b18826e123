declare const unit: unique symbol;
type Unit<U extends string> = number & { readonly [unit]: U };

/** A length in bytes. */
export type Bytes = Unit<'bytes'>;
/** A byte address inside one memory; L2 addresses are the chip's (0x1C00_0000 on), L1 and WMEM count from 0. */
export type Addr = Unit<'byte address'>;
/** Clock cycles of the SoC. */
export type Cycles = Unit<'cycles'>;

export const bytes = (n: number): Bytes => n as Bytes;
export const addr = (n: number): Addr => n as Addr;
export const cycles = (n: number): Cycles => n as Cycles;

/** The smallest multiple of `step` that is at least `n`. */
export const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;
/** `n / step`, rounded up: how many pieces of `step` cover `n`. */
export const ceilDiv = (n: number, step: number): number => Math.ceil(n / step);

/** "0x1c010000": addresses as the chip's headers print them. */
export const hex = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;
