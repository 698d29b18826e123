import { UserError } from '../../base/errors.js';
import type { Buffer, Program } from '../../program/types.js';

/** Finds the L2 buffer that an address of a job lies in; of buffers that share bytes, the one that lives at that step. */
export class BufferFinder {
  readonly #l2: readonly Buffer[];

  constructor(program: Program) {
    this.#l2 = program.manifest.buffers.filter((b) => b.memory === 'L2');
  }

  find(address: number, step: number): Buffer {
    const hit = this.#l2.find(
      (b) =>
        b.address <= address && address < b.address + b.bytes && b.firstStep <= step && step <= b.lastStep,
    );
    if (hit === undefined) throw new UserError(`step ${step}: no buffer lives at L2 address ${address}.`);
    return hit;
  }
}
