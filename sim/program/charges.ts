import type { HostStep, JobStep, Program, TileStep } from '../../src/program/types.js';
import type { BufferLife, Reason } from '../../src/results/run.js';
import type { AnalogJobReport, AnalogReport } from '../core/analog-core.js';
import type { ComputeReport, JobReport } from '../core/digital-core.js';
import type { Instruction } from '../core/instruction-decoder.js';
import type { HostReport } from './host-step.js';
import { Ledger } from './ledger.js';
import { Timeline } from './timeline.js';

/** What each step of a run costs: by layer in the ledger, one after another on the timeline. */
export class Charges {
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly #program: Program;
  /** Clock at the start of each step. */
  readonly #started: number[] = [];

  constructor(program: Program) {
    const { layers, hardware, steps } = program.manifest;
    this.#program = program;
    this.ledger = new Ledger(layers, hardware);
    this.timeline = new Timeline(steps);
  }

  /** The next step begins. */
  begin(): void {
    this.#started.push(this.ledger.now);
  }

  /** A turn of a layer's loop over tiles. */
  tile({ layer }: TileStep, index: number): void {
    this.ledger.account(layer).tiles++;
    this.ledger.compareTileLoop(layer);
    this.#spend(layer, index, 'tileLoop', this.#program.manifest.hardware.cycles.tileLoop);
  }

  job(step: JobStep, index: number, report: JobReport | AnalogJobReport): void {
    const { layer } = step;
    const account = this.ledger.account(layer);
    if (report.kind === 'analog') {
      this.#analog(step, index, report);
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
      this.ledger.compareCopy(layer, report);
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
    this.ledger.compareCompute(layer, report);
  }

  /** `count` steps behind step `index`, whose jobs are like its own, of which `report` tells. */
  repeat({ layer }: JobStep, index: number, report: ComputeReport, count: number): void {
    this.ledger.repeat(layer, report, count, this.#started);
    this.timeline.repeat(index + 1, report, count);
  }

  host({ layer }: HostStep, index: number, report: HostReport): void {
    const account = this.ledger.account(layer);
    account.bytes.hostRead += report.bytesRead;
    account.bytes.hostWritten += report.bytesWritten;
    account.overflows += report.overflows;
    this.#spend(layer, index, 'host', report.cycles);
    this.ledger.compareEqual(layer, 'host', report.cycles);
  }

  /** When each buffer holds something, on the clock. */
  lives(): BufferLife[] {
    const end = this.ledger.now;
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

  /** A job of the analog core: every cost model counts what ODiMO's does, as no other is public. */
  #analog({ layer }: JobStep, index: number, report: AnalogReport): void {
    const account = this.ledger.account(layer);
    account.compute++;
    account.bytes.weights += report.weightBytes;
    account.bytes.instructions += report.instructionBytes;
    account.issuedMacs += report.issuedMacs;
    const { launch, instructions, weights, compute } = report.cycles;
    const spend = (reason: Reason, cycles: number, label?: string) => {
      this.#spend(layer, index, reason, cycles, label);
      this.ledger.compareEqual(layer, reason, cycles);
    };
    spend('launch', launch);
    spend('instructions', instructions);
    spend('weights', weights, 'load of analog weights');
    spend('compute', compute);
  }

  #spend(layer: number, step: number, reason: Reason, cycles: number, what?: Instruction | string): void {
    this.ledger.spend(layer, reason, cycles);
    this.timeline.add(step, reason, cycles, what);
  }
}
