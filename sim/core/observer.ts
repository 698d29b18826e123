import type { AnalogOperation } from '../isa/analog/operation.js';
import type { Fields } from '../isa/instruction.js';
import type { Operation } from '../isa/operation.js';

/** Watches what the jobs of the cores do to the memories. Called in the order of the acts, after each, but before a copy. */
export interface CoreObserver {
  /** A job begins; `writer` is what the core calls it in the memories' records. */
  begin(writer: number): void;
  /** A copy is about to move `bytes` bytes; called once for each run of adjoining bytes. */
  moves(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void;
  /** Words of L2 were read. */
  fetched(what: 'instructions' | 'configuration', address: number, bytes: number): void;
  /** The weight memory was filled from its start. */
  loadedWeights(address: number, bytes: number): void;
  /** An instruction was computed. */
  computed(operation: Operation, fields: Fields): void;
  /** The analog core computed an instruction. */
  computedAnalog?(operation: AnalogOperation): void;
  /** The job's effect is complete. */
  end(): void;
}
