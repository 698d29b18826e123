import type { AnalogJobReport } from '../../core/analog-core.js';
import type { JobReport } from '../../core/digital-core.js';
import type { AnalogRegister } from '../../isa/analog/registers.js';
import type { RegisterName } from '../../isa/registers.js';

export interface StartedJob<Core extends string, Register extends string, Report> {
  readonly core: Core;
  /** Its place among the jobs of both cores, in the order of their triggers. */
  readonly index: number;
  /** Cycles of the chip at the trigger and at the end of the job. */
  readonly start: number;
  readonly end: number;
  /** Address of the instruction that wrote TRIGGER. */
  readonly pc: number;
  /** Registers of the core's port written since its job before, in the order of the writes, without the trigger. */
  readonly writes: readonly { readonly register: Register; readonly value: number }[];
  readonly report: Report;
}

/** One job of the digital core as the host started it. */
export type DigitalJob = StartedJob<'digital', RegisterName, JobReport>;
/** One job of the analog core. */
export type AnalogJob = StartedJob<'analog', AnalogRegister, AnalogJobReport>;
/** One job of either core. */
export type AcceleratorJob = DigitalJob | AnalogJob;

/** A job could not be run; the SoC names the instruction that started it. */
export class JobError extends Error {}

/** Watches how the host uses the port. */
export interface PortWatcher {
  /** A register other than TRIGGER is about to be written. */
  readonly written: (register: string) => void;
  /** The host could see that no job runs: a register said so, or the event that it listens to was raised. */
  readonly seenIdle: () => void;
}
