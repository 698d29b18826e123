import type { AnalogCore } from '../core/analog-core.js';
import type { DigitalCore } from '../core/digital-core.js';
import type { Memory } from '../core/memory.js';
import type { PeArray } from '../core/pe-array.js';
import { Causes, NEVER_WRITTEN } from './causes.js';
import { FindingLog } from './finding-log.js';
import type { MemoryObject } from './objects.js';
import { Shadow } from './shadow.js';
import type { Surroundings } from './surroundings.js';

/** The shape in which a compute job left its output. */
export interface Maker {
  readonly job: number;
  /** Bytes from row to row; 0 for a vector. */
  readonly pitch: number;
  /** What names the job's weights, as one layer's jobs have in common: the object they lie in, or their address; undefined without weights. */
  readonly weights: string | number | undefined;
}

/** What the sanitizer watches. */
export interface CheckParts {
  readonly core: DigitalCore;
  readonly analog: AnalogCore;
  readonly l2: Memory;
  readonly array: PeArray;
  readonly around: Surroundings;
  /** The first finding throws `StoppedByFinding`. */
  readonly stop: boolean;
}

/** What the parts of the sanitizer know together: every byte's shadow, and the job under way. */
export class CheckState {
  readonly core: DigitalCore;
  readonly analog: AnalogCore;
  readonly array: PeArray;
  readonly around: Surroundings;
  readonly l2Memory: Memory;
  readonly log: FindingLog;
  readonly causes = new Causes();
  readonly l1: Shadow;
  readonly l2: Shadow;
  readonly weightMemory: Shadow;
  /** 1 + the compute job that last read a byte of L1. */
  readonly lastRead: Int32Array;
  /** By job, whether it is a copy to L1. */
  readonly isCopyIn: boolean[] = [];
  /** By job, the object that a copy to L1 begins in. */
  readonly sources: (MemoryObject | undefined)[] = [];
  /** By job, the address in L2 of what a copy to L1 put at L1's address 0, were it that long: a byte at L1 `a` came from there + `a`. */
  readonly copiedFrom: (number | undefined)[] = [];
  readonly makers: Maker[] = [];
  job = 0;
  registers: Record<string, number> = {};
  /** The instruction that was computed last in the job, as text. */
  instruction: (() => string) | undefined;
  weightsAt = 0;
  /** Bytes of weights that the job has loaded, -1 for none, and that its instructions have read. */
  weightsLoaded = -1;
  weightsNeeded = 0;
  /** A checksum of the weights that the job has loaded. */
  loadedBy: number | undefined;

  constructor({ core, analog, l2, array, around, stop }: CheckParts) {
    const never = this.causes.add(NEVER_WRITTEN);
    this.core = core;
    this.analog = analog;
    this.l2Memory = l2;
    this.array = array;
    this.around = around;
    this.log = new FindingLog(stop);
    this.l1 = new Shadow('L1', 0, core.l1.size, never);
    this.l2 = new Shadow('L2', l2.base, l2.size, never);
    this.weightMemory = new Shadow('WMEM', 0, core.weightMemory.size, never);
    this.lastRead = new Int32Array(core.l1.size);
  }

  /** A job begins. */
  begin(job: number): void {
    this.job = job;
    this.isCopyIn[job] = false;
    this.weightsLoaded = -1;
    this.weightsNeeded = 0;
    this.loadedBy = undefined;
  }
}

/** The instruction under way, for a cause or a finding; nothing where the job has computed none. */
export const instructionOf = ({ instruction }: CheckState): { instruction?: string } =>
  instruction === undefined ? {} : { instruction: instruction() };
