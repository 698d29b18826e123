import { UserError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/base/tensor.js';
import type { Buffer, HostStep, JobStep, Program } from '../../src/program/types.js';
import { AnalogCore, type AnalogJobReport } from '../core/analog-core.js';
import { defaultPeArray } from '../core/default-pe-array.js';
import { DigitalCore, type JobReport } from '../core/digital-core.js';
import { Memory, type MemorySnapshot, PRELOADED } from '../core/memory.js';
import type { PeArray } from '../core/pe-array.js';
import type { AnalogRegister } from '../isa/analog/registers.js';
import { MEMORY_MAP } from '../isa/geometry.js';
import { REGISTERS, type RegisterName } from '../isa/registers.js';
import { type HostReport, runHostStep } from './host-step.js';
import { loadInputs } from './inputs.js';

/** What a chip holds between two steps; the weight memory is not in it, as each job loads its weights. */
export interface ChipSnapshot {
  readonly l1: MemorySnapshot;
  readonly l2: MemorySnapshot;
  readonly registers: ReadonlyMap<RegisterName, number>;
  readonly analogRegisters: ReadonlyMap<AnalogRegister, number>;
}

/** What a program runs on: L2 with its image, the digital core, the host. It carries out steps and counts nothing. */
export class Chip {
  readonly l2: Memory;
  readonly core: DigitalCore;
  readonly analog: AnalogCore;
  readonly #program: Program;

  constructor(program: Program, array: PeArray = defaultPeArray()) {
    const { hardware, image } = program.manifest;
    this.#program = program;
    this.l2 = new Memory('L2', MEMORY_MAP.l2, hardware.chip.l2Bytes);
    this.l2.write(image.address, program.image, PRELOADED, 'image');
    this.core = new DigitalCore(this.l2, hardware, array);
    this.analog = new AnalogCore(this.l2, this.core.l1, hardware, { booted: true });
  }

  /** Writes the inputs into their buffers. Throws a UserError for one that is missing or of another type. */
  load(inputs: ReadonlyMap<string, Tensor>): void {
    loadInputs(this.#program, inputs, this.l2);
  }

  /** Stores, register writes and the job that TRIGGER starts. Throws a LimitError for what the core cannot do. */
  job(step: JobStep, index: number): JobReport | AnalogJobReport {
    this.core.writer = index;
    this.analog.writer = index;
    const core = step.core === 'analog' ? this.analog : this.core;
    for (const [address, value] of step.stores) this.storeWord(address, value, index);
    let report: JobReport | AnalogJobReport | undefined;
    for (const [offset, value] of step.writes) report = core.write(offset, value) ?? report;
    if (report === undefined || step.writes.at(-1)?.[0] !== REGISTERS.TRIGGER)
      throw new UserError('the job does not end with a write to TRIGGER.');
    return report;
  }

  /** A host kernel. Throws a UserError for what an operator cannot compute or a byte that nothing has written. */
  host(step: HostStep, index: number): HostReport {
    const { buffers, hardware } = this.#program.manifest;
    return runHostStep(step, buffers, this.l2, hardware.host, index);
  }

  /** A 32-bit word that the host stores into L2. */
  storeWord(address: number, value: number, writer: number): void {
    this.l2.writeWord(address, value, writer, 'store of an instruction word');
  }

  /** The memory that a buffer lies in. */
  memoryOf({ memory }: Pick<Buffer, 'memory'>): Memory {
    return memory === 'L1' ? this.core.l1 : this.l2;
  }

  snapshot(): ChipSnapshot {
    return {
      l1: this.core.l1.snapshot(),
      l2: this.l2.snapshot(),
      registers: this.core.saveRegisters(),
      analogRegisters: this.analog.saveRegisters(),
    };
  }

  rollBack(state: ChipSnapshot): void {
    this.core.l1.rollBack(state.l1);
    this.l2.rollBack(state.l2);
    this.core.restoreRegisters(state.registers);
    this.analog.restoreRegisters(state.analogRegisters);
  }
}
