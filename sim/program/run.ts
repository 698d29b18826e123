import { UserError } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/sha256.js';
import { elementCount, sameShape, showShape, type Tensor } from '../../src/base/tensor.js';
import type { Buffer, HostStep, JobStep, Program, Step } from '../../src/program/types.js';
import { notesOf } from '../../src/results/analog.js';
import type { Finding } from '../../src/results/finding.js';
import type { BufferLife, Reason, RunResult } from '../../src/results/run.js';
import { StoppedByFinding } from '../check/finding-log.js';
import { AnalogCore, type AnalogJobReport, type AnalogReport } from '../core/analog-core.js';
import { defaultPeArray } from '../core/default-pe-array.js';
import { type ComputeReport, type CoreState, DigitalCore, type JobReport } from '../core/digital-core.js';
import type { Instruction } from '../core/instruction-decoder.js';
import { Memory, type MemoryState, PRELOADED } from '../core/memory.js';
import type { PeArray } from '../core/pe-array.js';
import { MEMORY_MAP, WORD_BYTES } from '../isa/geometry.js';
import { REGISTERS } from '../isa/registers.js';
import { ProgramFault } from './fault.js';
import { hostStepCost, runHostStep } from './host-step.js';
import { requireComplete } from './incomplete.js';
import { jobsLike } from './job-runs.js';
import { Ledger } from './ledger.js';
import { ProgramCheck } from './program-check.js';
import {
  bytesFromValues,
  elementAddresses,
  readTensor,
  tensorBytes,
  tensorChecksum,
  writeTensor,
} from './tensor-access.js';
import { Timeline } from './timeline.js';

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

const checksum = (t: Tensor): string => sha256(bytesFromValues(t));

/** One run of a program: memories, core, clock. */
class Machine {
  readonly #program: Program;
  readonly #options: RunOptions;
  readonly #l2: Memory;
  readonly #core: DigitalCore;
  readonly #analog: AnalogCore;
  readonly #check: ProgramCheck | undefined;
  readonly #ledger: Ledger;
  readonly #timeline: Timeline;
  /** What the compute job reported that just ran, where jobs like it may follow and nobody wants to see each of them. */
  #repeatable: ComputeReport | undefined;
  /** Up to this step jobs run one by one. */
  #oneByOne = 0;
  /** Clock at the start of each step. */
  readonly #started: number[] = [];
  readonly #outputs = new Map<string, Tensor>();
  readonly #outputChecksums: Record<string, string> = {};

  constructor(program: Program, options: RunOptions, withImage = true) {
    const { hardware, image, layers } = program.manifest;
    this.#program = program;
    this.#options = options;
    this.#l2 = new Memory('L2', MEMORY_MAP.l2, hardware.chip.l2Bytes);
    if (withImage) this.#l2.write(image.address, program.image, PRELOADED, 'image');
    const array = options.array ?? defaultPeArray();
    const checked = options.check !== undefined && options.check !== false && options.values !== false;
    const undefinedData = checked ? 'followed' : 'fault';
    this.#core = new DigitalCore(this.#l2, hardware, array, undefinedData, options.values);
    // The boot job belongs to the start-up code.
    this.#analog = new AnalogCore(this.#l2, this.#core.l1, hardware, {
      booted: true,
      undefinedData,
      ...(options.values === undefined ? {} : { values: options.values }),
    });
    if (checked)
      this.#check = new ProgramCheck(
        program,
        { core: this.#core, analog: this.#analog },
        this.#l2,
        array,
        options.check === 'stop',
      );
    this.#ledger = new Ledger(layers, hardware);
    this.#timeline = new Timeline(program.manifest.steps);
  }

  load(inputs: ReadonlyMap<string, Tensor>): void {
    const wanted = this.#program.manifest.buffers.filter((b) => b.role === 'input');
    for (const b of wanted) {
      const t = inputs.get(b.tensor ?? b.name);
      if (t === undefined)
        throw new UserError(
          `input ${b.name} is missing; the program needs ${wanted.map((x) => x.name).join(', ')}.`,
        );
      if (t.dtype !== b.dtype || !sameShape(t.shape, b.shape))
        throw new UserError(
          `input ${b.name} is ${showShape(t.shape)} ${t.dtype}; must be ${showShape(b.shape)} ${b.dtype}.`,
        );
      writeTensor(this.#l2, b, t, PRELOADED);
      this.#check?.loaded(b);
    }
  }

  /** Runs step after step; comes back often, so that a caller may do something else in between. */
  *steps(): Generator<void, void> {
    const { steps, layers } = this.#program.manifest;
    let layer = -1;
    let refused = -1;
    for (let i = 0; i < steps.length; i++) {
      yield;
      const step = steps[i]!;
      if (step.layer !== layer) {
        layer = step.layer;
        this.#pause(layer, i);
        this.#options.onLayer?.(layer, layers.length);
      }
      this.#started.push(this.#ledger.now);
      this.#repeatable = undefined;
      if (layer !== refused && this.#attempt(step, i)) refused = layer;
      if (this.#repeatable !== undefined) i += this.#repeat(this.#repeatable, i);
    }
    this.#pause(undefined, steps.length);
  }

  /** Runs a step; true where the chip refuses it and the run goes on behind its layer. */
  #attempt(step: Step, index: number): boolean {
    this.#core.writer = index;
    this.#analog.writer = index;
    this.#check?.begin(index);
    try {
      this.#step(step, index);
      return false;
    } catch (e) {
      if (!(e instanceof UserError) || e instanceof StoppedByFinding) throw e;
      const fault = new ProgramFault(this.#program, index, e, this.#check?.findings);
      const instead = this.#options.onFault?.(fault, step.layer);
      if (instead === undefined) throw fault;
      for (const [id, values] of instead) {
        const buffer = this.#buffer(id);
        writeTensor(this.#memoryOf(buffer), buffer, values, index);
        if (buffer.role === 'output') this.#output(buffer, values);
      }
      return true;
    }
  }

  /** Runs jobs that are like the one of step `index`, whose report is given, in one sweep. Returns how many steps that were. */
  #repeat(report: ComputeReport, index: number): number {
    const { steps } = this.#program.manifest;
    // What can not be swept is looked at once, not again from each of its jobs.
    if (index < this.#oneByOne) return 0;
    const jobs = jobsLike(steps, index, report, this.#core);
    if (jobs === undefined) return 0;
    const count = jobs.inputs.length - 1;
    if (!this.#core.sweep(jobs)) {
      this.#oneByOne = index + count;
      return 0;
    }
    const { layer } = steps[index]!;
    this.#ledger.repeat(layer, report, count, this.#started);
    this.#timeline.repeat(index + 1, report, jobs, count);
    return count;
  }

  /** Runs the steps of one layer from a kept state. */
  runLayer(layer: number, state: MachineState): void {
    this.#l2.restore(state.l2);
    this.#core.restore(state.core);
    for (const [i, step] of this.#program.manifest.steps.entries())
      if (step.layer === layer) this.#attempt(step, i);
    this.#pause(undefined, this.#program.manifest.steps.length);
  }

  #memoryOf(buffer: Buffer): Memory {
    return buffer.memory === 'L1' ? this.#core.l1 : this.#l2;
  }

  #pause(layer: number | undefined, step: number): void {
    this.#options.onPause?.({
      layer,
      step,
      l2: this.#l2,
      save: () => ({ l2: this.#l2.save(), core: this.#core.save() }),
      held: (buffer) =>
        this.#memoryOf(buffer).isWritten(buffer.address, tensorBytes(buffer))
          ? this.#held(buffer, readTensor(this.#memoryOf(buffer), buffer))
          : undefined,
    });
  }

  #held(buffer: Buffer, tensor: Tensor): Omit<HeldTensor, 'layer'> {
    const memory = this.#memoryOf(buffer);
    const addressOf = elementAddresses(buffer);
    return {
      buffer,
      tensor,
      writerOf: (index) => memory.writerOf(addressOf(index)),
      replace: (values) => writeTensor(memory, buffer, values, this.#core.writer),
    };
  }

  #output(buffer: Buffer, tensor: Tensor): void {
    this.#outputs.set(buffer.tensor ?? buffer.name, tensor);
    this.#outputChecksums[buffer.tensor ?? buffer.name] = checksum(tensor);
  }

  #step(step: Step, index: number): void {
    switch (step.kind) {
      case 'tile':
        this.#ledger.account(step.layer).tiles++;
        this.#ledger.compareTileLoop(step.layer);
        this.#spend(step.layer, index, 'tileLoop', this.#program.manifest.hardware.cycles.tileLoop);
        return;
      case 'job':
        this.#job(step, index);
        break;
      case 'host':
        this.#host(step, index);
        break;
    }
    if (this.#options.values === false) return;
    for (const id of step.completes) this.#complete(this.#buffer(id), step.layer);
  }

  #spend(layer: number, step: number, reason: Reason, cycles: number, what?: Instruction | string): void {
    this.#ledger.spend(layer, reason, cycles);
    this.#timeline.add(step, reason, cycles, what);
  }

  #job(step: JobStep, index: number): void {
    // By index: taking pairs apart runs an iterator for each, tens of thousands a run.
    for (let i = 0; i < step.stores.length; i++) {
      const address = step.stores[i]![0];
      const value = step.stores[i]![1];
      this.#l2.writeWord(address, value, index, 'store of an instruction word');
      this.#check?.stored(address, WORD_BYTES);
    }
    let report: JobReport | AnalogJobReport | undefined;
    const core = step.core === 'analog' ? this.#analog : this.#core;
    for (let i = 0; i < step.writes.length; i++) {
      const write = step.writes[i]!;
      report = core.write(write[0], write[1]) ?? report;
    }
    if (report === undefined || step.writes.at(-1)?.[0] !== REGISTERS.TRIGGER)
      throw new UserError('the job does not end with a write to TRIGGER.');
    this.#check?.jobEnded();
    const start = this.#ledger.now;
    this.#charge(step, index, report);
    this.#options.onJob?.({ step: index, start, job: step, report, memories: this.#copyMemories });
  }

  readonly #copyMemories = () => {
    const { l1, weightMemory } = this.#core;
    const copy = (m: Memory): Uint8Array => m.peek(m.base, m.size, 'its content').slice();
    return { l1: copy(l1), weights: copy(weightMemory) };
  };

  #charge(step: JobStep, index: number, report: JobReport | AnalogJobReport): void {
    const { layer } = step;
    const account = this.#ledger.account(layer);
    if (report.kind === 'analog') {
      this.#chargeAnalog(step, index, report);
      return;
    }
    if (report.kind === 'boot') {
      this.#spend(layer, index, 'launch', report.cycles, 'boot of the analog core');
      return;
    }
    if (report.kind !== 'compute') {
      account.copies++;
      if (report.kind === 'copyIn') account.bytes.l2ToL1 += report.bytes;
      else account.bytes.l1ToL2 += report.bytes;
      this.#spend(layer, index, report.kind, report.cycles);
      this.#ledger.compareCopy(layer, report);
      return;
    }
    account.compute++;
    account.bytes.weights += report.weightBytes;
    account.bytes.instructions += report.instructionBytes;
    account.issuedMacs += report.issuedMacs;
    this.#spend(layer, index, 'launch', report.cycles.launch);
    this.#spend(layer, index, 'instructions', report.cycles.instructions);
    this.#spend(layer, index, 'weights', report.cycles.weights);
    this.#spend(layer, index, 'compute', report.cycles.compute, report.instructions[0]);
    this.#ledger.compareCompute(layer, report);
    if (this.#options.onJob === undefined) this.#repeatable = report;
  }

  /** A job of the analog core: every cost model counts what ODiMO's does, as no other is public. */
  #chargeAnalog(step: JobStep, index: number, report: AnalogReport): void {
    const account = this.#ledger.account(step.layer);
    account.compute++;
    account.bytes.weights += report.weightBytes;
    account.bytes.instructions += report.instructionBytes;
    account.issuedMacs += report.issuedMacs;
    const { launch, instructions, weights, compute } = report.cycles;
    const spend = (reason: Reason, cycles: number, label?: string) => {
      this.#spend(step.layer, index, reason, cycles, label);
      this.#ledger.compareEqual(step.layer, reason, cycles);
    };
    spend('launch', launch);
    spend('instructions', instructions);
    spend('weights', weights, 'load of analog weights');
    spend('compute', compute);
  }

  #buffer(id: number): Buffer {
    return this.#program.manifest.buffers[id]!;
  }

  #host(step: HostStep, index: number): void {
    const { buffers, hardware } = this.#program.manifest;
    const report =
      this.#options.values === false
        ? hostStepCost(step, buffers, hardware.host)
        : runHostStep(step, buffers, this.#l2, hardware.host, index);
    this.#check?.hostStep(step);
    const account = this.#ledger.account(step.layer);
    account.bytes.hostRead += report.bytesRead;
    account.bytes.hostWritten += report.bytesWritten;
    account.overflows += report.overflows;
    this.#spend(step.layer, index, 'host', report.cycles);
    this.#ledger.compareEqual(step.layer, 'host', report.cycles);
  }

  #complete(buffer: Buffer, layer: number): void {
    const memory = this.#memoryOf(buffer);
    const isOutput = buffer.role === 'output';
    requireComplete(this.#program, memory, buffer, layer);
    this.#check?.completed(buffer);
    const account = this.#ledger.account(layer);
    // What wrapped in lanes and columns beyond the tensor is nobody's output; a tensor in two places counts once.
    if (buffer.dtype === 'int8') {
      const wrapped = memory.countWrapped(elementCount(buffer.shape), elementAddresses(buffer));
      account.overflows = Math.max(account.overflows, wrapped);
    }
    if (!isOutput && this.#options.onTensor === undefined) {
      account.checksum = tensorChecksum(memory, buffer);
      return;
    }
    const tensor = readTensor(memory, buffer);
    account.checksum = checksum(tensor);
    if (isOutput) {
      this.#outputs.set(buffer.tensor ?? buffer.name, tensor);
      this.#outputChecksums[buffer.tensor ?? buffer.name] = account.checksum;
    }
    this.#options.onTensor?.({ layer, ...this.#held(buffer, tensor) });
  }

  #lives(): BufferLife[] {
    const end = this.#ledger.now;
    return this.#program.manifest.buffers.map(
      ({ name, memory, role, address, bytes, firstStep, lastStep }) => ({
        name,
        memory,
        role,
        address,
        bytes,
        from: this.#started[firstStep] ?? 0,
        to: this.#started[lastStep + 1] ?? end,
      }),
    );
  }

  /** Nobody looks into the memories any more. */
  #release(): void {
    this.#l2.release();
    this.#core.l1.release();
    this.#core.weightMemory.release();
  }

  finish(): ProgramRun {
    const { manifest } = this.#program;
    const { chip } = manifest.hardware;
    const timeline = this.#timeline;
    const notes = notesOf(manifest.layers);
    const result: RunResult = {
      model: manifest.model,
      target: manifest.target,
      hardware: manifest.hardware,
      layers: this.#ledger.layers(),
      totals: this.#ledger.totals(),
      memory: {
        l2: manifest.memory.l2,
        l2Limit: chip.l2Bytes - chip.l2ReservedBytes,
        l1: manifest.memory.l1,
        l1Limit: chip.l1Bytes,
        weightMemory: manifest.memory.weightMemory,
        weightMemoryLimit: chip.weightMemoryBytes,
      },
      warnings: manifest.warnings,
      outputs: this.#outputChecksums,
      get timeline() {
        return timeline.slices();
      },
      buffers: this.#lives(),
      ...(notes === undefined ? {} : { notes }),
    };
    const findings = this.#check?.finish();
    const { onPause, onJob } = this.#options;
    if (onPause === undefined && onJob === undefined && this.#check === undefined) this.#release();
    return { result, outputs: this.#outputs, ...(findings === undefined ? {} : { findings }) };
  }
}

/**
 * Runs a program on the modelled chip: its inputs by name, step by step, every cycle with a reason. Throws a UserError for
 * missing or ill-typed inputs and a ProgramFault (naming step, layer, tile, field and limit) for what the chip cannot do.
 */
export function runProgram(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions = {},
): ProgramRun {
  const run = programSteps(program, inputs, options);
  for (;;) {
    const next = run.next();
    if (next.done === true) return next.value;
  }
}

/** `runProgram` that comes back again and again: what it yields to decides when to go on. Throws what `runProgram` throws. */
export function* programSteps(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions = {},
): Generator<void, ProgramRun> {
  const machine = new Machine(program, options);
  if (options.values !== false) machine.load(inputs);
  yield* machine.steps();
  return machine.finish();
}

/**
 * Runs the steps of one layer of a program from a state that an earlier run kept as it entered the layer (`Pause.save`). `before` is the
 * program of that run: image bytes that differ from it are put into memory first. Throws what `runProgram` throws.
 */
export function runLayer(
  program: Program,
  before: Program,
  layer: number,
  state: MachineState,
  options: Pick<RunOptions, 'array' | 'onTensor' | 'onPause'> = {},
): void {
  const machine = new Machine(program, options, false);
  const { l2, core } = state;
  const { address } = program.manifest.image;
  const from = MEMORY_MAP.l2;
  if (program.image !== before.image) {
    const bytes = l2.bytes.slice();
    for (let i = 0; i < program.image.length; i++)
      if (program.image[i] !== before.image[i]) bytes[address - from + i] = program.image[i]!;
    machine.runLayer(layer, { l2: { ...l2, bytes }, core });
  } else machine.runLayer(layer, state);
}
