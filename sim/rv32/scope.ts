import * as arithmetic from './arithmetic.js';
import { movesStack } from './stack-guard.js';

/** The arrays and the parts of the core that generated code works on. */
export interface Scope {
  readonly x: Int32Array;
  readonly L: Int32Array;
  readonly F: Int32Array;
  readonly I: Int32Array;
  readonly A: Int32Array;
  readonly m8: Uint8Array;
  readonly s8: Int8Array;
  readonly m16: Uint16Array;
  readonly s16: Int16Array;
  readonly m32: Int32Array;
  readonly code: Uint8Array;
  readonly memory: object;
  readonly control: object;
  readonly calls: object;
  readonly loops: object;
  readonly stack: object;
}

const library: Readonly<Record<string, unknown>> = { ...arithmetic, movesStack };

/**
 * Evaluates generated code with the scope's names bound as constants, so that the engine sees one fixed array behind each
 * name and compiles accesses to plain addresses. `body` ends in a `return`.
 */
export function evaluate<T>(scope: Scope, body: string): T {
  const names = { ...library, ...scope } as Record<string, unknown>;
  const keys = Object.keys(names);
  const parameters = keys.map((key) => `$${key}`);
  const constants = keys.map((key) => `const ${key} = $${key};`).join(' ');
  const build = new Function(...parameters, `'use strict'; ${constants} ${body}`) as (
    ...values: unknown[]
  ) => T;
  return build(...keys.map((key) => names[key]));
}

/** Views of one memory for every access width. */
export function memoryViews(ram: Uint8Array): Pick<Scope, 'm8' | 's8' | 'm16' | 's16' | 'm32'> {
  const { buffer, byteOffset, byteLength } = ram;
  return {
    m8: ram,
    s8: new Int8Array(buffer, byteOffset, byteLength),
    m16: new Uint16Array(buffer, byteOffset, byteLength / 2),
    s16: new Int16Array(buffer, byteOffset, byteLength / 2),
    m32: new Int32Array(buffer, byteOffset, byteLength / 4),
  };
}
