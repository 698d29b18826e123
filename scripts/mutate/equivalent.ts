/** A change that alters no result that anyone can see: no test can notice it. */
export interface Equivalent {
  readonly file: string;
  /** The source line where the change begins, without indentation. */
  readonly source: string;
  /** What stands there instead: one or several changes with the same reason. */
  readonly replacement: readonly string[];
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];
