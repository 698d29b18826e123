import { hex } from '../../src/base/units.js';
import type { FindingBytes, FindingKind } from '../../src/results/finding.js';
import { type CheckState, instructionOf } from './check-state.js';
import { inObject, type MemoryObject } from './objects.js';
import { LOADED, NOBODY, type Shadow } from './shadow.js';

/** Puts findings into words: where, who, which bytes. */
export class Reporter {
  readonly #s: CheckState;

  constructor(state: CheckState) {
    this.#s = state;
  }

  /** Takes a finding down: made by the job under way, or by the host at `pc`. */
  add(
    kind: FindingKind,
    key: string,
    text: { readonly what: string; readonly fix: string; readonly bytes: readonly FindingBytes[] },
    pc?: number,
  ): void {
    this.#s.log.add({
      kind,
      key,
      describe: () => {
        const first = text.bytes.find(({ memory }) => memory !== 'WMEM');
        const shadow = first?.memory === 'L1' ? this.#s.l1 : this.#s.l2;
        const writer = first === undefined ? NOBODY : shadow.writer[first.address - shadow.base]!;
        return {
          what: text.what,
          fix: text.fix,
          first: {
            at: pc === undefined ? this.#s.around.job(this.#s.job) : `host at ${this.#s.around.code(pc)}`,
            job: this.#s.job,
            ...(pc === undefined ? { registers: this.#s.registers, ...this.#tile(this.#s.job) } : {}),
            ...instructionOf(this.#s),
            bytes: text.bytes,
            ...(writer === NOBODY ? {} : { writtenBy: this.#writtenBy(writer) }),
            stack: this.#s.around.stack(pc),
          },
        };
      },
    });
  }

  /**
   * Somebody wants the value at `at`: a finding where it is nobody's. `reader` begins the sentence: "the host reads output+4".
   */
  read(shadow: Shadow, at: number, reader: string, pc?: number): void {
    const cause = this.#s.causes.get(shadow.cause[at - shadow.base]!);
    const owner = shadow === this.#s.l2 ? this.ownerName(at) : '';
    this.#s.log.add({
      kind: cause.kind,
      key: `${cause.key} in ${owner}`,
      describe: () => ({
        what: `${reader}, ${cause.text}`,
        fix: cause.fix,
        first: {
          at: pc === undefined ? this.#s.around.job(this.#s.job) : `host at ${this.#s.around.code(pc)}`,
          ...(cause.job === undefined ? {} : { job: cause.job, ...this.#tile(cause.job) }),
          ...(cause.instruction === undefined ? {} : { instruction: cause.instruction }),
          bytes: [
            shadow === this.#s.l2 ? this.bytesL2(at, 1) : { memory: shadow.name, address: at, bytes: 1 },
          ],
          writtenBy: this.#writtenBy(shadow.writer[at - shadow.base]!),
          stack: this.#s.around.stack(pc),
        },
      }),
    });
  }

  /** The first object of L2 within [from, to). */
  objectIn(from: number, to: number): MemoryObject | undefined {
    for (let at = from; at < to; at++) {
      const object = this.#s.around.objects.l2(at);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  /** "0x1c010000 <weights+0x40>" */
  name(at: number): string {
    const object = this.#s.around.objects.l2(at);
    return object === undefined ? hex(at) : `${hex(at)} <${inObject(object, at)}>`;
  }

  /** The object that an address of L2 lies in; empty for none. */
  ownerName(at: number): string {
    return this.#s.around.objects.l2(at)?.name ?? '';
  }

  /** Bytes of L2 with their owner. */
  bytesL2(address: number, bytes: number): FindingBytes {
    const object = this.#s.around.objects.l2(address);
    return {
      memory: 'L2',
      address,
      bytes,
      ...(object === undefined ? {} : { owner: inObject(object, address) }),
    };
  }

  #tile(job: number): { tile?: string } {
    const tile = this.#s.around.tile(job);
    return tile === undefined ? {} : { tile };
  }

  #writtenBy(writer: number): string {
    if (writer > 0) return this.#s.around.job(writer - 1);
    if (writer === NOBODY) return 'nobody';
    return writer === LOADED ? 'the load of the program' : `host at ${this.#s.around.code(-writer)}`;
  }
}
