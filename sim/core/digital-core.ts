import { LimitError } from '../../src/base/errors.js';
import { hex } from '../../src/base/units.js';
import { DEFAULT_ANALOG } from '../isa/analog/cycles.js';
import { BANKS } from '../isa/analog/geometry.js';
import { copyCycles, fetchCycles, weightCycles } from '../isa/cycles.js';
import { COPY_GRANULE_BYTES, LINE_BYTES, WORD_BYTES } from '../isa/geometry.js';
import { FIELDS, INSTRUCTION_WORDS } from '../isa/instruction.js';
import type { NoteOddity, Oddity } from '../isa/oddity.js';
import type { Operation } from '../isa/operation.js';
import type { HardwareParameters } from '../isa/parameters.js';
import {
  CONFIGURATION,
  CONFIGURATION_WORDS,
  INSTRUCTION_MEMORY_WORDS,
  MEMCPY_OP,
  REGISTER_PORT_BYTES,
  REGISTERS,
  type RegisterName,
  registerName,
} from '../isa/registers.js';
import { compute } from './compute.js';
import { type Instruction, InstructionDecoder } from './instruction-decoder.js';
import { type LaneJobs, sweepLanes } from './lane-sweep.js';
import { Memory, type MemoryState } from './memory.js';
import type { CoreObserver } from './observer.js';
import { OperationCosts } from './operation-costs.js';
import type { PeArray } from './pe-array.js';

/** The output's address follows. */
const INPUT_WORD = FIELDS.findIndex((f) => f.name === 'input_memory_pointer');
const STOP_WORD = FIELDS.findIndex((f) => f.name === 'stop');

const onWord = (address: number): boolean => address % WORD_BYTES === 0;

/** What one job did and cost. */
export type JobReport = CopyReport | ComputeReport;

export interface CopyReport {
  readonly kind: 'copyIn' | 'copyOut';
  readonly l2Address: number;
  readonly l1Address: number;
  readonly bytes: number;
  readonly cycles: number;
  /** What the job did oddly; empty for a job as drivers make it. */
  readonly oddities: readonly Oddity[];
}

export interface ComputeReport {
  readonly kind: 'compute';
  /** The instructions that computed something, in order. */
  readonly instructions: readonly Instruction[];
  readonly cycles: {
    readonly launch: number;
    readonly instructions: number;
    readonly weights: number;
    readonly compute: number;
  };
  readonly weightBytes: number;
  /** Configuration and instruction words, bytes. */
  readonly instructionBytes: number;
  readonly issuedMacs: number;
  /** int32 accumulators that wrapped, in all lanes, also those whose outputs nobody wants. */
  readonly overflows: number;
  /** What the job did oddly; empty for a job as drivers make it. */
  readonly oddities: readonly Oddity[];
}

/**
 * Reads of bytes that nothing has written: an error (our compiler never means one), or what lies there is read and noted, as the chip would,
 * or read without a word because an observer follows them.
 */
export type UndefinedData = 'fault' | 'read' | 'followed';

/** What the core held at one moment. */
export interface CoreState {
  readonly l1: MemoryState;
  readonly weightMemory: MemoryState;
  readonly registers: ReadonlyMap<RegisterName, number>;
}

/**
 * The digital core: registers, copy engine, instruction decoder and PE array over L1, weight memory and the SoC's L2. A write
 * to TRIGGER runs the whole job at once and returns what it did; whoever drives the core lets the clock catch up.
 */
export class DigitalCore {
  readonly l1: Memory;
  readonly weightMemory: Memory;
  readonly #l2: Memory;
  readonly #array: PeArray;
  readonly #parameters: HardwareParameters;
  /** What was written last, by word of the port. */
  readonly #registers = new Uint32Array(REGISTER_PORT_BYTES / WORD_BYTES);
  /** Who writes: the program's step, kept in the memories beside each byte. */
  writer = 0;
  /** Told of everything that jobs do to the memories. */
  observer: CoreObserver | undefined;

  readonly #undefinedData: UndefinedData;
  readonly #values: boolean;
  #oddities: Oddity[] = [];
  readonly #costs: OperationCosts;
  readonly #decoder = new InstructionDecoder();
  readonly #configuration = new Uint32Array(CONFIGURATION_WORDS);
  #instructions = new Uint32Array(INSTRUCTION_MEMORY_WORDS);
  readonly #note: NoteOddity = (oddity) => this.#oddities.push(oddity);

  /** Without `values` jobs move and compute nothing: their reports say what they cost, and no memory changes. */
  constructor(
    l2: Memory,
    parameters: HardwareParameters,
    array: PeArray,
    undefinedData: UndefinedData = 'fault',
    values = true,
  ) {
    this.#l2 = l2;
    this.#values = values;
    this.#undefinedData = undefinedData;
    this.#array = array;
    this.#parameters = parameters;
    this.#costs = new OperationCosts(parameters.cycles, parameters.array);
    this.l1 = new Memory('L1', 0, parameters.chip.l1Bytes);
    this.weightMemory = new Memory('weight memory', 0, parameters.chip.weightMemoryBytes);
  }

  /** Memories and registers as they are now. */
  save(): CoreState {
    return {
      l1: this.l1.save(),
      weightMemory: this.weightMemory.save(),
      registers: this.saveRegisters(),
    };
  }

  /** Puts a saved state into a fresh core. */
  restore({ l1, weightMemory, registers }: CoreState): void {
    this.l1.restore(l1);
    this.weightMemory.restore(weightMemory);
    this.restoreRegisters(registers);
  }

  /** The last value written; STATUS, RUNNING_JOB and FINISHED read 0 because a job is over when `write` returns. */
  read(offset: number): number {
    this.#name(offset);
    return this.#registers[offset / WORD_BYTES]!;
  }

  /**
   * Writes a register. TRIGGER runs the job that the registers describe and returns its report. Throws a LimitError that
   * names the register or field, its value and the limit for anything that hardware.md does not allow.
   */
  write(offset: number, value: number): JobReport | undefined {
    const name = this.#name(offset);
    if (offset > REGISTERS.SOFT_CLEAR) {
      this.#registers[offset / WORD_BYTES] = value;
      return undefined;
    }
    switch (name) {
      case 'TRIGGER':
        return this.#run();
      case 'SOFT_CLEAR':
        this.#registers.fill(0);
        return undefined;
      case 'STATUS':
      case 'RUNNING_JOB':
      case 'FINISHED':
        throw new LimitError({
          subject: `write to register ${name}`,
          value: hex(value),
          rule: 'to a writable register',
        });
      default:
        this.#registers[offset / WORD_BYTES] = value;
        return undefined;
    }
  }

  /** The registers as they stand, for `restoreRegisters`. */
  saveRegisters(): ReadonlyMap<RegisterName, number> {
    const saved = new Map<RegisterName, number>();
    this.#registers.forEach((value, i) => {
      if (value !== 0) saved.set(this.#name(i * WORD_BYTES), value);
    });
    return saved;
  }

  /** Brings back what `saveRegisters` returned. */
  restoreRegisters(saved: ReadonlyMap<RegisterName, number>): void {
    this.#registers.fill(0);
    for (const [name, value] of saved) this.#registers[REGISTERS[name] / WORD_BYTES] = value;
  }

  /** The registers that are not 0. */
  registers(): Record<string, number> {
    return Object.fromEntries(this.saveRegisters());
  }

  /**
   * Runs all of `jobs` but the last one at once, where that makes no difference to anybody: see `sweepLanes`. The registers stand as the job
   * before them left them, and the last one must run next. Each of the jobs stores its addresses into the instruction at IM_ADDR.
   */
  sweep(jobs: LaneJobs): boolean {
    if (!this.#values || this.observer !== undefined || this.#undefinedData !== 'fault') return false;
    const words = this.addressWords();
    const configuration = this.#get('CONF_ADDR');
    if (configuration < words.hi && words.lo < configuration + CONFIGURATION_WORDS * WORD_BYTES) return false;
    const weightBytes = this.#get('WT_CONV_N') * WORD_BYTES;
    return sweepLanes(jobs, weightBytes, words, this.l1, this.#l2, this.#array);
  }

  /** Where in L2 the first instruction says what lies where in L1: the input's address, then the output's. */
  addressWords(): { readonly lo: number; readonly hi: number } {
    const lo = this.#get('IM_ADDR') + INPUT_WORD * WORD_BYTES;
    return { lo, hi: lo + 2 * WORD_BYTES };
  }

  #name(offset: number): RegisterName {
    const name = registerName(offset);
    if (name === undefined)
      throw new LimitError({
        subject: 'register offset of the digital core',
        value: hex(offset),
        rule: 'one of hardware.md section 2',
      });
    return name;
  }

  #get(name: RegisterName): number {
    return this.#registers[REGISTERS[name] / WORD_BYTES]!;
  }

  #require(name: RegisterName, allowed: (v: number) => boolean, rule: string): number {
    const value = this.#get(name);
    if (!allowed(value)) throw new LimitError({ subject: `register ${name}`, value, rule });
    return value;
  }

  #run(): JobReport {
    this.#oddities = [];
    this.observer?.begin(this.writer);
    const report = this.#runKind();
    this.observer?.end();
    return report;
  }

  #runKind(): JobReport {
    switch (this.#get('MEMCPY_OP')) {
      case MEMCPY_OP.compute:
        return this.#compute();
      case MEMCPY_OP.l1ToL2:
        return this.#copy('copyOut');
      case MEMCPY_OP.l2ToL1:
        return this.#copy('copyIn');
      case MEMCPY_OP.banksL1ToL2:
        return this.#copyBanks('copyOut');
      case MEMCPY_OP.banksL2ToL1:
        return this.#copyBanks('copyIn');
      default:
        throw new LimitError({
          subject: 'register MEMCPY_OP',
          value: this.#get('MEMCPY_OP'),
          rule: '0 (compute), 1 or 3 (L1 to L2), 2 or 4 (L2 to L1)',
        });
    }
  }

  /** The length of a copy in words; one that drivers would round up is noted. */
  #copyLength(): number {
    const words = COPY_GRANULE_BYTES / WORD_BYTES;
    const length = this.#require('MEMCPY_N', (v) => v > 0, 'at least 1 word');
    if (length % words !== 0)
      this.#note({
        subject: 'register MEMCPY_N',
        value: `${length} words`,
        usual: `drivers round copies up to ${COPY_GRANULE_BYTES} bytes (${words} words)`,
      });
    return length;
  }

  /**
   * A copy of several banks [ours, after what DORY's analog driver gives]: MEMCPY_BANK_LENGTH banks, MEMCPY_ROW_LENGTH lines in each. L2 holds
   * one line of each bank after the other; the lines of a bank follow each other from L1ADDR on. MEMCPY_N is not looked at: drivers leave it
   * as the copy before left it. [dory]
   */
  #copyBanks(kind: 'copyIn' | 'copyOut'): CopyReport {
    const bankBytes = this.l1.size / BANKS;
    const l2Address = this.#require('MEMCPY_ADDR', onWord, `a multiple of ${WORD_BYTES} bytes`);
    const banks = this.#require('MEMCPY_BANK_LENGTH', (v) => v >= 1 && v <= BANKS, `1 to ${BANKS} banks`);
    const lines = this.#require('MEMCPY_ROW_LENGTH', (v) => v >= 1, 'at least 1 line a bank');
    const bytes = banks * lines * LINE_BYTES;
    const l1Address = this.#get('L1ADDR') * LINE_BYTES;
    for (let line = 0; this.#values && line < lines; line++)
      for (let bank = 0; bank < banks; bank++) {
        const outside = l2Address + (line * banks + bank) * LINE_BYTES;
        const inside = bank * bankBytes + l1Address + line * LINE_BYTES;
        this.observer?.moves(kind, outside, inside, LINE_BYTES);
        if (kind === 'copyIn')
          this.l1.copyFrom(this.#l2, outside, inside, LINE_BYTES, this.writer, 'copy L2 to L1');
        else this.#l2.copyFrom(this.l1, inside, outside, LINE_BYTES, this.writer, 'copy L1 to L2');
      }
    return this.#copyReport(kind, l2Address, l1Address, bytes);
  }

  #copyReport(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): CopyReport {
    const cycles = copyCycles(bytes, this.#parameters.cycles);
    return { kind, l2Address, l1Address, bytes, cycles, oddities: this.#oddities };
  }

  #copy(kind: 'copyIn' | 'copyOut'): CopyReport {
    const length = this.#copyLength();
    const l2Address = this.#require('MEMCPY_ADDR', onWord, `a multiple of ${WORD_BYTES} bytes`);
    const l1Address = this.#get('L1ADDR') * LINE_BYTES;
    const bytes = length * WORD_BYTES;
    if (!this.#values) return this.#copyReport(kind, l2Address, l1Address, bytes);
    this.observer?.moves(kind, l2Address, l1Address, bytes);
    if (kind === 'copyIn')
      this.l1.copyFrom(this.#l2, l2Address, l1Address, bytes, this.writer, 'copy L2 to L1');
    else this.#l2.copyFrom(this.l1, l1Address, l2Address, bytes, this.writer, 'copy L1 to L2');
    return this.#copyReport(kind, l2Address, l1Address, bytes);
  }

  /** Fetches as many words as `words` holds from where the register points. */
  #fetch(address: 'IM_ADDR' | 'CONF_ADDR', words: Uint32Array, what: string): void {
    const at = this.#require(address, onWord, `a multiple of ${WORD_BYTES} bytes`);
    const bytes = words.length * WORD_BYTES;
    this.#l2.readWords(at, words, this.#undefinedData === 'fault', what);
    this.observer?.fetched(address === 'IM_ADDR' ? 'instructions' : 'configuration', at, bytes);
  }

  #fetchInstructions(): Instruction[] {
    const count = this.#require(
      'IM_N',
      (v) => v > 0 && v % INSTRUCTION_WORDS === 0,
      `a positive multiple of ${INSTRUCTION_WORDS} words`,
    );
    if (this.#instructions.length !== count) {
      // A length beyond all of L2 is refused before anything is made for it.
      const at = this.#require('IM_ADDR', onWord, `a multiple of ${WORD_BYTES} bytes`);
      this.#l2.peek(at, count * WORD_BYTES, 'instruction memory');
      this.#instructions = new Uint32Array(count);
    }
    const words = this.#instructions;
    this.#fetch('IM_ADDR', words, 'instruction memory');
    const out: Instruction[] = [];
    for (let i = 0; i < count; i += INSTRUCTION_WORDS) {
      // What ends the job computes nothing: its other words need no look.
      if (words[i + STOP_WORD] === 1) return out;
      const instruction = this.#decoder.decode(words, i, this.#note);
      if (instruction === null) return out;
      out.push(instruction);
    }
    throw new LimitError({
      subject: 'instruction memory',
      value: `${count / INSTRUCTION_WORDS} instructions without stop`,
      rule: 'ended by an instruction with stop = 1 within IM_N',
    });
  }

  /** A sum takes any configuration: its driver leaves the words as the job before left them. [hal] */
  #checkConfiguration(operation: Operation): void {
    if (operation.kind === 'sum') return;
    this.#require('CONF_N', (v) => v === CONFIGURATION_WORDS, `${CONFIGURATION_WORDS} words`);
    const words = this.#configuration;
    this.#fetch('CONF_ADDR', words, 'configuration registers');
    const expected = operation.kind === 'conv' ? CONFIGURATION.conv : CONFIGURATION.fullyConnected;
    words.forEach((word, i) => {
      if (word !== (expected[i] ?? 0))
        throw new LimitError({
          subject: `configuration word ${i}`,
          value: hex(word),
          rule: `${hex(expected[i] ?? 0)} for a ${operation.kind} job; what the chip does otherwise is not known`,
        });
    });
  }

  /**
   * Loads the weights that the kind of operation takes: WT_CONV_* for conv, WT_FC_* for FC, none for a sum [ours: drivers
   * leave the other pair as it was]. What the weight memory held before counts as never written. Returns bytes.
   */
  #loadWeights(operation: Operation): number {
    if (operation.kind === 'sum') return 0;
    const [address, length] =
      operation.kind === 'conv'
        ? (['WT_CONV_ADDR', 'WT_CONV_N'] as const)
        : (['WT_FC_ADDR', 'WT_FC_N'] as const);
    const bytes = this.#get(length) * WORD_BYTES;
    const at = this.#require(address, onWord, `a multiple of ${WORD_BYTES} bytes`);
    if (bytes > this.weightMemory.size)
      throw new LimitError({
        subject: `register ${length}`,
        value: this.#get(length),
        unit: 'words',
        rule: `at most ${this.weightMemory.size / WORD_BYTES} (the weight memory)`,
      });
    if (!this.#values) return bytes;
    this.weightMemory.forget();
    this.weightMemory.copyFrom(this.#l2, at, 0, bytes, this.writer, 'load of weights');
    this.observer?.loadedWeights(at, bytes);
    return bytes;
  }

  #compute(): ComputeReport {
    this.#require('ACT_N', (v) => v === 0, '0 (the drivers do not use it; not modelled)');
    const instructions = this.#fetchInstructions();
    const first = instructions[0]?.operation;
    if (first === undefined)
      throw new LimitError({
        subject: 'instruction memory',
        value: 'empty',
        rule: 'at least one instruction before the one with stop = 1',
      });
    this.#checkConfiguration(first);
    const weightBytes = this.#loadWeights(first);
    const p = this.#parameters.cycles;
    let computeCycles = 0;
    let macs = 0;
    let overflows = 0;
    for (const { operation, fields } of instructions) {
      if (operation.kind !== first.kind)
        throw new LimitError({
          subject: 'field mode',
          value: `${operation.kind} after ${first.kind}`,
          rule: 'the same for all instructions of a job (they share configuration and weights)',
        });
      if (this.#values) {
        overflows += compute(operation, {
          l1: this.l1,
          weightMemory: this.weightMemory,
          array: this.#array,
          writer: this.writer,
          undefinedData: this.#undefinedData,
          note: this.#note,
          ours: this.#parameters.analog ?? DEFAULT_ANALOG,
        });
        this.observer?.computed(operation, fields);
      }
      computeCycles += this.#costs.cycles(operation);
      macs += this.#costs.macs(operation);
    }
    const confBytes = CONFIGURATION_WORDS * WORD_BYTES;
    const imBytes = this.#get('IM_N') * WORD_BYTES;
    return {
      kind: 'compute',
      instructions,
      cycles: {
        launch: p.launch,
        instructions: fetchCycles(confBytes + imBytes, p),
        weights: weightCycles(weightBytes, p),
        compute: computeCycles,
      },
      weightBytes,
      instructionBytes: confBytes + imBytes,
      issuedMacs: macs,
      overflows,
      oddities: this.#oddities,
    };
  }
}
