/**
 * What the i32 on WebAssembly's stack says about JavaScript's number: the signed or the unsigned reading of its bits, or
 * (`wide`) only its residue modulo 2^32. Sums may leave 32 bits; whoever asks for their size must not be answered from the bits.
 */
export type Reading = 'signed' | 'unsigned' | 'wide';

/** Thrown for an expression that has no translation here; the caller keeps its JavaScript. */
export class Untranslatable extends Error {}
