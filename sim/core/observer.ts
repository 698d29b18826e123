import type { AnalogFields } from '../isa/analog/instruction.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import type { Fields } from '../isa/instruction.js';
import type { Operation } from '../isa/operation.js';

/** Watches what the jobs of the cores do to the memories. Called in the order of the acts, after each, but before a copy. */
export interface CoreObserver {
  /** A job begins; `writer` is what the core calls it in the memories' records. */
  begin(writer: number): void;
  /** A copy is about to move `bytes` bytes; called once for each run of adjoining bytes, of several banks once for each line. */
  moves(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void;
  /** Words of L2 were read. */
  fetched(what: 'instructions' | 'configuration', address: number, bytes: number): void;
  /** The weight memory was filled from its start. */
  loadedWeights(address: number, bytes: number): void;
  /** An instruction was computed. */
  computed(operation: Operation, fields: Fields): void;
  /** The job's effect is complete. */
  end(): void;
}

/** A copy of several banks: L2 holds a line of each bank after the other, the lines of a bank follow each other in L1. */
export interface BankCopy {
  readonly kind: 'copyIn' | 'copyOut';
  readonly l2Address: number;
  /** Of the first line in each bank, in bytes from the bank's start. */
  readonly l1Address: number;
  readonly banks: number;
  readonly lines: number;
}

/** Where a job of the analog core has read what it computes with beside its input: addresses in L2 and bytes. */
export interface AnalogSources {
  readonly cells: { readonly address: number; readonly bytes: number };
  readonly norm: { readonly address: number; readonly bytes: number };
}

/** Watches what the jobs of the analog core do. Called like a CoreObserver. */
export interface AnalogObserver extends Pick<CoreObserver, 'begin' | 'moves' | 'fetched' | 'end'> {
  /** Lines of several banks are about to be copied. */
  movesBanks(copy: BankCopy): void;
  /** An instruction was computed. */
  computed(operation: AnalogOperation, fields: AnalogFields, sources: AnalogSources): void;
}
