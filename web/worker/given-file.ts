/** A file that the user gave; `name` may have folders before it. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}
