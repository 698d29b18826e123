import { UserError } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/sha256.js';
import { elementCount, type Tensor } from '../../src/base/tensor.js';
import type { Buffer, HostStep, JobStep, Program, Step } from '../../src/program/types.js';
import { notesOf } from '../../src/results/analog.js';
import type { RunResult } from '../../src/results/run.js';
import { StoppedByFinding } from '../check/finding-log.js';
import { AnalogCore, type AnalogJobReport } from '../core/analog-core.js';
import { defaultPeArray } from '../core/default-pe-array.js';
import { type ComputeReport, DigitalCore, type JobReport } from '../core/digital-core.js';
import { Memory, PRELOADED } from '../core/memory.js';
import { MEMORY_MAP, WORD_BYTES } from '../isa/geometry.js';
import { REGISTERS } from '../isa/registers.js';
import { Charges } from './charges.js';
import { ProgramFault } from './fault.js';
import { hostStepCost, runHostStep } from './host-step.js';
import { requireComplete } from './incomplete.js';
import { loadInputs } from './inputs.js';
import { jobsLike } from './job-runs.js';
import { ProgramCheck } from './program-check.js';
import type { HeldTensor, MachineState, ProgramRun, RunOptions } from './run-options.js';
import {
  bytesFromValues,
  elementAddresses,
  readTensor,
  tensorBytes,
  tensorChecksum,
  writeTensor,
} from './tensor-access.js';

const checksum = (t: Tensor): string => sha256(bytesFromValues(t));

/** One run of a program: memories, cores, clock. */
export class Machine {
  readonly #program: Program;
  readonly #options: RunOptions;
  readonly #l2: Memory;
  readonly #core: DigitalCore;
  readonly #analog: AnalogCore;
  readonly #check: ProgramCheck | undefined;
  readonly #charges: Charges;
  /** What the compute job reported that just ran, where jobs like it may follow and nobody wants to see each of them. */
  #repeatable: ComputeReport | undefined;
  /** Up to this step jobs run one by one. */
  #oneByOne = 0;
  readonly #outputs = new Map<string, Tensor>();
  readonly #outputChecksums: Record<string, string> = {};

  constructor(program: Program, options: RunOptions, withImage = true) {
    const { hardware, image } = program.manifest;
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
    this.#charges = new Charges(program);
  }

  load(inputs: ReadonlyMap<string, Tensor>): void {
    loadInputs(this.#program, inputs, this.#l2, (b) => this.#check?.loaded(b));
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
      this.#charges.begin();
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
    this.#charges.repeat(steps[index] as JobStep, index, report, count);
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
        this.#charges.tile(step, index);
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
    const start = this.#charges.ledger.now;
    this.#charges.job(step, index, report);
    const { onJob } = this.#options;
    if (report.kind === 'compute' && onJob === undefined) this.#repeatable = report;
    onJob?.({ step: index, start, job: step, report, memories: this.#copyMemories });
  }

  readonly #copyMemories = () => {
    const { l1, weightMemory } = this.#core;
    const copy = (m: Memory): Uint8Array => m.peek(m.base, m.size, 'its content').slice();
    return { l1: copy(l1), weights: copy(weightMemory) };
  };

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
    this.#charges.host(step, index, report);
  }

  #complete(buffer: Buffer, layer: number): void {
    const memory = this.#memoryOf(buffer);
    const isOutput = buffer.role === 'output';
    requireComplete(this.#program, memory, buffer, layer);
    this.#check?.completed(buffer);
    const account = this.#charges.ledger.account(layer);
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

  /** Nobody looks into the memories any more. */
  #release(): void {
    this.#l2.release();
    this.#core.l1.release();
    this.#core.weightMemory.release();
  }

  finish(): ProgramRun {
    const { manifest } = this.#program;
    const { chip } = manifest.hardware;
    const { ledger, timeline } = this.#charges;
    const notes = notesOf(manifest.layers);
    const result: RunResult = {
      model: manifest.model,
      target: manifest.target,
      hardware: manifest.hardware,
      layers: ledger.layers(),
      totals: ledger.totals(),
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
      buffers: this.#charges.lives(),
      ...(notes === undefined ? {} : { notes }),
    };
    const findings = this.#check?.finish();
    const { onPause, onJob } = this.#options;
    if (onPause === undefined && onJob === undefined && this.#check === undefined) this.#release();
    return { result, outputs: this.#outputs, ...(findings === undefined ? {} : { findings }) };
  }
}
