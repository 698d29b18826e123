import { UserError } from '../base/errors.js';

/** An error that names its place in a text already. */
class PlacedError extends UserError {}

/** A text with the name that messages call it. */
export class Source {
  readonly name: string;
  readonly text: string;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** "net.relay:12:7": the place of a character; lines and columns count from 1. */
  place(offset: number): string {
    const before = this.text.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return `${this.name}:${before.split('\n').length}:${offset - lineStart + 1}`;
  }

  /** Throws a UserError: "net.relay:12:7: why". */
  fail(offset: number, why: string): never {
    throw new PlacedError(`${this.place(offset)}: ${why}`);
  }

  /** Runs `body`; a UserError from inside that names no place is thrown again with the place in front. */
  at<T>(offset: number, body: () => T): T {
    try {
      return body();
    } catch (e) {
      if (e instanceof UserError && !(e instanceof PlacedError)) this.fail(offset, e.message);
      throw e;
    }
  }
}
