import type { Tensor } from '../../src/base/tensor.js';
import type { Buffer, JobStep } from '../../src/program/types.js';
import type { Finding } from '../../src/results/finding.js';
import type { RunResult } from '../../src/results/run.js';
import type { AnalogJobReport } from '../core/analog-core.js';
import type { CoreState, JobReport } from '../core/digital-core.js';
import type { Memory, MemoryState } from '../core/memory.js';
import type { PeArray } from '../core/pe-array.js';
import type { ProgramFault } from './fault.js';

/** A tensor that the program holds whole in memory, at the moment when its last byte was written. */
export interface HeldTensor {
  readonly buffer: Buffer;
  /** The layer that made it. */
  readonly layer: number;
  readonly tensor: Tensor;
  /** The step that last wrote element `index` (row-major); -1 for what lay in memory before the run. Throws when the run is over. */
  readonly writerOf: (index: number) => number;
  /** Puts other values in their place: what follows reads these. Throws when the run is over. */
  readonly replace: (values: Tensor) => void;
}

/** All that the machine held at one moment. */
export interface MachineState {
  readonly l2: MemoryState;
  readonly core: CoreState;
}

/** The machine between two layers. */
export interface Pause {
  /** The layer that is entered next; undefined at the end. */
  readonly layer: number | undefined;
  /** The step that comes next. */
  readonly step: number;
  readonly save: () => MachineState;
  /** L2 itself. */
  readonly l2: Memory;
  /** A buffer's tensor as it lies in memory; undefined where a byte of it was never written. */
  readonly held: (buffer: Buffer) => Omit<HeldTensor, 'layer'> | undefined;
}

/** What one job did, for traces. */
export interface JobEvent {
  readonly step: number;
  readonly start: number;
  readonly job: JobStep;
  readonly report: JobReport | AnalogJobReport;
  /** What the core's memories hold after the job, as copies. */
  readonly memories: () => { readonly l1: Uint8Array; readonly weights: Uint8Array };
}

export interface RunOptions {
  /** The PE array's arithmetic; WebAssembly SIMD by default, plain typed arrays where there is none. */
  readonly array?: PeArray;
  /** The sanitizer watches the run: `true`, or `'stop'` to end it at the first finding with `StoppedByFinding`. */
  readonly check?: boolean | 'stop';
  readonly onTensor?: (held: HeldTensor) => void;
  readonly onJob?: (event: JobEvent) => void;
  /** Called as each layer is entered: its index and how many there are. */
  readonly onLayer?: (layer: number, layers: number) => void;
  /** Called before each layer and at the end. */
  readonly onPause?: (pause: Pause) => void;
  /**
   * Called where the chip refuses a step. Where it returns values (by buffer), they are put there instead of the layer's, whose other
   * steps are left out, and the run goes on; otherwise the fault is thrown.
   */
  readonly onFault?: (fault: ProgramFault, layer: number) => ReadonlyMap<number, Tensor> | undefined;
  /**
   * `false`: nothing is moved or computed, only counted, in milliseconds. The result has no outputs, checksums or overflows; inputs are
   * not needed, and what lies in memories is not checked. Default true.
   */
  readonly values?: boolean;
}

export interface ProgramRun {
  readonly result: RunResult;
  /** Values of the outputs, by tensor name. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** What the sanitizer found; absent where it did not watch. */
  readonly findings?: readonly Finding[];
}
