import { elementCount } from '../../src/base/tensor.js';
import type { Buffer, HostStep, Program } from '../../src/program/types.js';
import type { Finding } from '../../src/results/finding.js';
import { Checker } from '../check/checker.js';
import type { MemoryObject } from '../check/objects.js';
import { LOADED } from '../check/shadow.js';
import type { AnalogCore } from '../core/analog-core.js';
import type { DigitalCore } from '../core/digital-core.js';
import type { Memory } from '../core/memory.js';
import type { PeArray } from '../core/pe-array.js';
import { where } from './fault.js';
import { elementAddresses, tensorBytes } from './tensor-access.js';

/** The sanitizer on a Program: its buffers own the memory, its steps are the writers, its complete tensors are what somebody reads. */
export class ProgramCheck {
  readonly #checker: Checker;
  readonly #program: Program;
  #step = 0;

  /** `stop`: the first finding throws `StoppedByFinding`. */
  constructor(
    program: Program,
    cores: { readonly core: DigitalCore; readonly analog: AnalogCore },
    l2: Memory,
    array: PeArray,
    stop: boolean,
  ) {
    this.#program = program;
    const { steps, image } = program.manifest;
    this.#checker = new Checker({
      ...cores,
      l2,
      array,
      stop,
      around: {
        objects: { l2: (at) => this.#buffer('L2', at), l1: (at) => this.#buffer('L1', at) },
        job: (step) => where(program, step),
        tile: (number) => {
          const step = steps[number];
          return step?.kind === 'job' ? String(step.tile) : undefined;
        },
        code: () => '',
        stack: () => [],
      },
    });
    this.#checker.l2.define(image.address, program.image.length, LOADED);
  }

  /** What was found so far, in the order of the first occurrences. */
  get findings(): Finding[] {
    return this.#checker.findings;
  }

  /** The run is over: the same, with what only its end shows. */
  finish(): Finding[] {
    this.#checker.finish();
    return this.#checker.findings;
  }

  /** The buffer that an address lies in, of those that the step under way needs. */
  #buffer(memory: Buffer['memory'], at: number): MemoryObject | undefined {
    const found = this.#program.manifest.buffers.find(
      (b) =>
        b.memory === memory &&
        at >= b.address &&
        at < b.address + b.bytes &&
        b.firstStep <= this.#step &&
        this.#step <= b.lastStep,
    );
    return found && { name: `buffer ${found.name}`, start: found.address, end: found.address + found.bytes };
  }

  /** Inputs were put into a buffer before the run. */
  loaded(buffer: Buffer): void {
    this.#checker.l2.define(buffer.address, tensorBytes(buffer), LOADED);
  }

  begin(step: number): void {
    this.#step = step;
  }

  /** The step under way stored a word. */
  stored(address: number, bytes: number): void {
    this.#checker.l2.define(address, bytes, this.#step + 1);
  }

  /** The step's job is over; the steps of a Program wait for each. */
  jobEnded(): void {
    this.#checker.waits.seen();
    this.#checker.analogWaits.seen();
  }

  hostStep(step: HostStep): void {
    for (const { buffer } of step.stores) {
      const b = this.#program.manifest.buffers[buffer]!;
      this.#checker.l2.define(b.address, tensorBytes(b), this.#step + 1);
    }
  }

  /** A tensor is complete. */
  completed(buffer: Buffer): void {
    const name = `tensor ${buffer.tensor ?? buffer.name}`;
    this.#checker.tensorRead(buffer.memory, name, elementCount(buffer.shape), elementAddresses(buffer));
  }
}
