import { LimitError } from '../../src/base/errors.js';
import { hex } from '../../src/base/units.js';
import {
  type AnalogParameters,
  analogComputeCycles,
  analogIssuedMacs,
  analogWeightCycles,
  DEFAULT_ANALOG,
} from '../isa/analog/cycles.js';
import { BANKS, COPY_LINES, linesOfPixel } from '../isa/analog/geometry.js';
import { ANALOG_INSTRUCTION_WORDS, type AnalogFields, decodeAnalog } from '../isa/analog/instruction.js';
import { type AnalogOperation, columnsOf, toAnalogOperation } from '../isa/analog/operation.js';
import {
  ANALOG_CONFIGURATION,
  ANALOG_CONFIGURATION_WORDS,
  ANALOG_REGISTERS,
  type AnalogRegister,
  analogRegisterName,
} from '../isa/analog/registers.js';
import { analogNormBytes } from '../isa/analog/weights.js';
import { copyCycles, fetchCycles } from '../isa/cycles.js';
import { LINE_BYTES, WORD_BYTES } from '../isa/geometry.js';
import type { NoteOddity, Oddity } from '../isa/oddity.js';
import type { HardwareParameters } from '../isa/parameters.js';
import { MEMCPY_OP } from '../isa/registers.js';
import { storedWeightBytes } from './analog-array.js';
import { computeAnalog } from './analog-compute.js';
import type { CellArray } from './cell-array.js';
import { readWritten } from './compute.js';
import { defaultCellArray } from './default-cell-array.js';
import type { CopyReport, UndefinedData } from './digital-core.js';
import type { Memory } from './memory.js';
import type { AnalogObserver } from './observer.js';

/** A decoded instruction. */
interface AnalogInstruction {
  readonly fields: AnalogFields;
  readonly operation: AnalogOperation;
}

/** What a compute job of the analog core did and cost. */
export interface AnalogReport {
  readonly kind: 'analog';
  readonly instructions: readonly AnalogInstruction[];
  readonly cycles: {
    readonly launch: number;
    readonly instructions: number;
    readonly weights: number;
    readonly compute: number;
  };
  readonly weightBytes: number;
  readonly instructionBytes: number;
  readonly issuedMacs: number;
  readonly oddities: readonly Oddity[];
}

/** The boot job: nothing is computed; from now on the array runs. */
export interface BootReport {
  readonly kind: 'boot';
  readonly cycles: number;
  readonly oddities: readonly [];
}

export type AnalogJobReport = CopyReport | AnalogReport | BootReport;

/** DORY divides an output's width by ox_unroll and drops the rest: columns are missing, and rows follow each other too closely. */
function narrowed(o: AnalogOperation): Oddity[] {
  const columns = columnsOf(o);
  if (o.outputColumns === columns) return [];
  return [
    {
      subject: 'field ox',
      value: `${o.outputColumns / o.unroll}, with ox_unroll ${o.unroll}: ${o.outputColumns} columns`,
      usual: `input, kernel, padding and stride give ${columns}; drivers drop what ox_unroll leaves over`,
    },
  ];
}

type Configuration = keyof typeof ANALOG_CONFIGURATION;

/**
 * The analog core as an ideal array: registers, copies of several banks, instruction decoder, cells and post-processing over the L1 that it
 * shares with the digital core. A write to TRIGGER runs the whole job at once and returns what it did. Analog noise is not modelled.
 */
export class AnalogCore {
  readonly #l1: Memory;
  readonly #l2: Memory;
  readonly #hardware: HardwareParameters;
  readonly #analog: AnalogParameters;
  readonly #registers = new Map<AnalogRegister, number>();
  readonly #values: boolean;
  readonly #undefinedData: UndefinedData;
  readonly #array: CellArray | undefined;
  #oddities: Oddity[] = [];
  /** Whether the boot job has run; until then compute jobs are refused. */
  booted: boolean;
  /** Who writes: the program's step or the SoC's job, kept in the memories beside each byte. */
  writer = 0;
  observer: AnalogObserver | undefined;

  /** Without `values` jobs move and compute nothing: their reports say what they cost. */
  constructor(
    l2: Memory,
    l1: Memory,
    hardware: HardwareParameters,
    options: {
      readonly booted: boolean;
      readonly values?: boolean;
      /** What a read of bytes never written is; an error by default. */
      readonly undefinedData?: UndefinedData;
      /** The cells' arithmetic; by default the quickest that the engine has. */
      readonly array?: CellArray;
    },
  ) {
    this.#l2 = l2;
    this.#l1 = l1;
    this.#hardware = hardware;
    this.#analog = hardware.analog ?? DEFAULT_ANALOG;
    this.#values = options.values ?? true;
    this.#undefinedData = options.undefinedData ?? 'fault';
    this.#array = options.array;
    this.booted = options.booted;
  }

  /** Speeds, and what is inferred of the core. */
  get parameters(): AnalogParameters {
    return this.#analog;
  }

  /** The registers that were written, by name, in the order of the port. */
  registers(): Record<string, number> {
    const names = Object.keys(ANALOG_REGISTERS) as AnalogRegister[];
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = this.#registers.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** The last value written. */
  read(offset: number): number {
    return this.#get(this.#name(offset));
  }

  /** Writes a register. TRIGGER runs the job and returns its report. Throws a LimitError that names the register or field, value and limit. */
  write(offset: number, value: number): AnalogJobReport | undefined {
    const name = this.#name(offset);
    switch (name) {
      case 'TRIGGER': {
        this.#oddities = [];
        this.observer?.begin(this.writer);
        const report = this.#run();
        this.observer?.end();
        return report;
      }
      case 'SOFT_CLEAR':
        this.#registers.clear();
        return undefined;
      case 'STATUS':
      case 'RUNNING_JOB':
      case 'FINISHED':
        throw new LimitError({
          subject: `write to register ${name} of the analog core`,
          value: hex(value),
          rule: 'to a writable register',
        });
      default:
        this.#registers.set(name, value >>> 0);
        return undefined;
    }
  }

  /** The registers as they stand, for `restoreRegisters`. */
  saveRegisters(): ReadonlyMap<AnalogRegister, number> {
    return new Map(this.#registers);
  }

  restoreRegisters(saved: ReadonlyMap<AnalogRegister, number>): void {
    this.#registers.clear();
    for (const [name, value] of saved) this.#registers.set(name, value);
  }

  #name(offset: number): AnalogRegister {
    const name = analogRegisterName(offset);
    if (name === undefined)
      throw new LimitError({
        subject: 'register offset of the analog core',
        value: hex(offset),
        rule: 'one of the table in docs/analog.md',
      });
    return name;
  }

  #get(name: AnalogRegister): number {
    return this.#registers.get(name) ?? 0;
  }

  #require(name: AnalogRegister, allowed: (v: number) => boolean, rule: string): number {
    const value = this.#get(name);
    if (!allowed(value))
      throw new LimitError({ subject: `register ${name} of the analog core`, value, rule });
    return value;
  }

  #address(name: AnalogRegister): number {
    return this.#require(name, (v) => v % WORD_BYTES === 0, `a multiple of ${WORD_BYTES} bytes`);
  }

  #run(): AnalogJobReport {
    const op = this.#get('MEMCPY_OP');
    switch (op) {
      case MEMCPY_OP.compute:
        return this.#compute();
      case MEMCPY_OP.l1ToL2:
        return this.#copyWords('copyOut');
      case MEMCPY_OP.l2ToL1:
        return this.#copyWords('copyIn');
      case MEMCPY_OP.banksL1ToL2:
        return this.#copyBanks('copyOut');
      case MEMCPY_OP.banksL2ToL1:
        return this.#copyBanks('copyIn');
      default:
        throw new LimitError({
          subject: 'register MEMCPY_OP of the analog core',
          value: op,
          rule: '0 (compute), 1 or 3 (L1 to L2), 2 or 4 (L2 to L1)',
        });
    }
  }

  /** A copy of one bank, as the digital core makes it: MEMCPY_N words, L1 in its own order. [dory] */
  #copyWords(kind: 'copyIn' | 'copyOut'): CopyReport {
    const l2Address = this.#address('MEMCPY_ADDR');
    const l1Address = this.#get('L1ADDR') * LINE_BYTES;
    const bytes = this.#require('MEMCPY_N', (v) => v > 0, 'at least 1 word') * WORD_BYTES;
    if (this.#values) {
      this.observer?.moves(kind, l2Address, l1Address, bytes);
      if (kind === 'copyIn')
        this.#l1.copyFrom(this.#l2, l2Address, l1Address, bytes, this.writer, 'copy L2 to L1');
      else this.#l2.copyFrom(this.#l1, l1Address, l2Address, bytes, this.writer, 'copy L1 to L2');
    }
    return this.#copyReport(kind, l2Address, l1Address, bytes);
  }

  /**
   * A copy of several banks: L2 holds a line of each bank after the other, each bank's lines follow each other from L1ADDR on [dory, ours].
   * MEMCPY_N is not looked at: drivers leave it as it was. [dory]
   */
  #copyBanks(kind: 'copyIn' | 'copyOut'): CopyReport {
    const bankBytes = this.#l1.size / BANKS;
    const l2Address = this.#address('MEMCPY_ADDR');
    const banks = this.#require('MEMCPY_BANK_LENGTH', (v) => v >= 1 && v <= BANKS, `1 to ${BANKS} banks`);
    const lines = this.#require(
      'MEMCPY_ROW_LENGTH',
      (v) => v >= 1 && v <= COPY_LINES,
      `1 to ${COPY_LINES} lines a bank`,
    );
    const bytes = banks * lines * LINE_BYTES;
    const l1Address = this.#get('L1ADDR') * LINE_BYTES;
    this.#insideBank('register L1ADDR of the analog core', l1Address, lines);
    if (this.#values) this.observer?.movesBanks({ kind, l2Address, l1Address, banks, lines });
    for (let line = 0; this.#values && line < lines; line++)
      for (let bank = 0; bank < banks; bank++) {
        const outside = l2Address + (line * banks + bank) * LINE_BYTES;
        const inside = bank * bankBytes + l1Address + line * LINE_BYTES;
        if (kind === 'copyIn')
          this.#l1.copyFrom(this.#l2, outside, inside, LINE_BYTES, this.writer, 'copy L2 to L1');
        else this.#l2.copyFrom(this.#l1, inside, outside, LINE_BYTES, this.writer, 'copy L1 to L2');
      }
    return this.#copyReport(kind, l2Address, l1Address, bytes);
  }

  #copyReport(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): CopyReport {
    const cycles = copyCycles(bytes, this.#hardware.cycles);
    return { kind, l2Address, l1Address, bytes, cycles, oddities: [] };
  }

  #insideBank(subject: string, address: number, lines: number): void {
    const bankBytes = this.#l1.size / BANKS;
    if (address + lines * LINE_BYTES > bankBytes)
      throw new LimitError({
        subject,
        value: `${hex(address)}..${hex(address + lines * LINE_BYTES)}`,
        rule: `inside a bank of L1, ${bankBytes} bytes`,
      });
  }

  /** The bytes [at, at + n): what was never written is an error, or noted, or left to an observer. */
  readonly #bytes = (memory: Memory, at: number, n: number, what: string): Uint8Array =>
    readWritten({ undefinedData: this.#undefinedData, note: this.#note }, memory, at, n, what);

  /** Of a job's reads of bytes never written the first one of each kind is noted. */
  readonly #note: NoteOddity = (oddity) => {
    const of = (o: Oddity): string | undefined => o.subject.split(':')[0];
    if (!this.#oddities.some((o) => of(o) === of(oddity))) this.#oddities.push(oddity);
  };

  #words(address: AnalogRegister, count: number, what: 'instructions' | 'configuration'): Uint32Array {
    const at = this.#address(address);
    const bytes = this.#bytes(this.#l2, at, count * WORD_BYTES, what);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.observer?.fetched(what, at, count * WORD_BYTES);
    return Uint32Array.from({ length: count }, (_, i) => view.getUint32(i * WORD_BYTES, true));
  }

  /** Which of the drivers' configurations the words are. */
  #configuration(): Configuration {
    const n = ANALOG_CONFIGURATION_WORDS;
    this.#require('CONF_N', (v) => v === n, `${n} words`);
    const words = this.#words('CONF_ADDR', n, 'configuration');
    const found = (Object.keys(ANALOG_CONFIGURATION) as Configuration[]).find((kind) =>
      words.every((word, i) => word === (ANALOG_CONFIGURATION[kind][i] ?? 0)),
    );
    if (found !== undefined) return found;
    const expected = ANALOG_CONFIGURATION.compute;
    const at = words.findIndex((word, i) => word !== (expected[i] ?? 0));
    throw new LimitError({
      subject: `configuration word ${at} of the analog core`,
      value: hex(words[at]!),
      rule: `${hex(expected[at] ?? 0)}; what the chip does otherwise is not known`,
    });
  }

  #instructions(): readonly AnalogFields[] {
    const per = ANALOG_INSTRUCTION_WORDS;
    const count = this.#require('IM_N', (v) => v > 0 && v % per === 0, `a positive multiple of ${per} words`);
    const words = this.#words('IM_ADDR', count, 'instructions');
    return Array.from({ length: count / per }, (_, i) =>
      decodeAnalog(words.subarray(i * per, (i + 1) * per)),
    );
  }

  #operations(): AnalogInstruction[] {
    const all = this.#instructions();
    const out: AnalogInstruction[] = [];
    for (const fields of all) {
      const operation = toAnalogOperation(fields);
      if (operation === null) {
        if (out.length > 0) return out;
        break;
      }
      out.push({ fields, operation });
      if (out.length > 1)
        throw new LimitError({
          subject: 'instruction memory of the analog core',
          value: 'two computing instructions',
          rule: 'one and the one that ends the job: the array holds one set of weights',
        });
    }
    throw new LimitError({
      subject: 'instruction memory of the analog core',
      value: `${all.length} instructions`,
      rule: 'one that computes and one with stop 0xf001, within IM_N',
    });
  }

  #compute(): AnalogReport | BootReport {
    const unused = ['ACT_N', 'NB_TILE'] as const;
    for (const name of unused)
      this.#require(name, (v) => v === 0, '0 (the drivers do not use it; not modelled)');
    const configuration = this.#configuration();
    const instructionBytes = (ANALOG_CONFIGURATION_WORDS + this.#get('IM_N')) * WORD_BYTES;
    const fetch = fetchCycles(instructionBytes, this.#hardware.cycles);
    if (configuration === 'boot') {
      // Its instruction is the driver's own and computes nothing that anybody reads. [hal]
      this.#instructions();
      this.booted = true;
      return { kind: 'boot', cycles: fetch, oddities: [] };
    }
    if (!this.booted)
      throw new LimitError({
        subject: 'the analog core',
        value: 'not booted',
        rule: 'started by its boot job before it computes',
        fix: 'Call boot_diana (dory-hal) first.',
      });
    const instructions = this.#operations();
    const { operation: o } = instructions[0]!;
    this.#extents(o);
    const weightBytes = storedWeightBytes(o.channels * o.kernelHeight * o.kernelWidth, o.outputs);
    if (this.#values) this.#calculate(instructions[0]!, weightBytes);
    const { cycles, chip } = this.#hardware;
    return {
      kind: 'analog',
      instructions,
      cycles: {
        launch: cycles.launch,
        instructions: fetch,
        weights: analogWeightCycles(o, this.#analog),
        compute: analogComputeCycles(o, this.#analog, chip.clockHz),
      },
      weightBytes: weightBytes + analogNormBytes(o.outputs),
      instructionBytes,
      issuedMacs: analogIssuedMacs(o, this.#analog),
      oddities: [...this.#oddities, ...narrowed(o)],
    };
  }

  #extents(o: AnalogOperation): void {
    const pixels = { input: o.columns * o.rows, output: o.outputColumns * o.outputRows };
    this.#insideBank('analog input', o.input, pixels.input * linesOfPixel(o.channels));
    this.#insideBank('analog output', o.output, pixels.output * linesOfPixel(o.outputs));
  }

  #calculate({ operation: o, fields }: AnalogInstruction, cellBytes: number): void {
    const cells = { address: this.#address('WT_CONV_ADDR'), bytes: cellBytes };
    const norm = { address: this.#address('WT_SIMD_ADDR'), bytes: analogNormBytes(o.outputs) };
    const weights = this.#bytes(this.#l2, cells.address, cells.bytes, 'load of analog weights');
    const constants = this.#bytes(this.#l2, norm.address, norm.bytes, 'load of batch-norm constants');
    const view = new DataView(constants.buffer, constants.byteOffset, constants.byteLength);
    const from = (first: number) =>
      Int32Array.from({ length: o.outputs }, (_, k) => view.getInt32((first + k) * WORD_BYTES, true));
    const operands = { weights, multiply: from(0), add: from(o.outputs) };
    const l1 = { memory: this.#l1, bankBytes: this.#l1.size / BANKS, read: this.#bytes };
    computeAnalog(o, l1, operands, this.#analog, this.#array ?? defaultCellArray(), this.writer);
    this.observer?.computed(o, fields, { cells, norm });
  }
}
