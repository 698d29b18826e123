import type { Finding } from '../../src/results/finding.js';
import { AnalogCore, type AnalogJobReport } from '../core/analog-core.js';
import { defaultPeArray } from '../core/default-pe-array.js';
import { DigitalCore, type JobReport } from '../core/digital-core.js';
import { Memory, PRELOADED } from '../core/memory.js';
import { MEMORY_MAP } from '../isa/geometry.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../isa/parameters.js';
import { Core } from '../rv32/core.js';
import { LinearMemory } from '../rv32/linear-memory.js';
import type { MemoryCheck } from '../rv32/memory-path.js';
import type { Backend } from '../rv32/options.js';
import type { Observer } from '../rv32/platform.js';
import type { WaitStates } from '../rv32/timing.js';
import { Bus, type CodeRanges } from './bus.js';
import { type ElfImage, readElf } from './elf.js';
import { ElfError } from './elf-reader.js';
import { joinObservers } from './join-observers.js';
import { canonical, loadSegments } from './load.js';
import type { AcceleratorJob, PortWatcher } from './peripherals/accelerator-job.js';
import { AnalogPort } from './peripherals/analog-port.js';
import { DigitalPort } from './peripherals/digital-port.js';
import { EVENT, EventUnit } from './peripherals/event-unit.js';
import { InterruptController } from './peripherals/interrupts.js';
import { MicroDma } from './peripherals/micro-dma.js';
import { Fll, Gpio, SocControl, Stdout } from './peripherals/small.js';
import { ReferenceClock, Timer } from './peripherals/timer.js';
import { Symbols } from './symbols.js';

/** Looks at all that a program does; `sim/soc/soc-check.ts` is one. */
export interface SocWatcher {
  /** Watches the host's loads and stores in L2; `strict` is what else wants to look. */
  readonly memoryCheck: (strict: MemoryCheck | undefined) => MemoryCheck;
  readonly port: PortWatcher;
  readonly analogPort: PortWatcher;
  readonly observer: Observer;
  /** What it found so far. */
  readonly findings: readonly Finding[];
  /** Bytes that somebody outside put into L2. */
  readonly poked: (address: number, bytes: number) => void;
}

/** How to run a program; everything has a default. */
export interface SocOptions {
  /** Name of the file, for errors. */
  readonly file?: string;
  readonly parameters?: HardwareParameters;
  readonly waits?: WaitStates;
  /** Gets every character that the program prints, on the virtual terminal or the UART. */
  readonly put?: (character: number) => void;
  /** Reads of L2 bytes that nothing wrote are errors; slower. */
  readonly checkInitialised?: boolean;
  /** Makes what watches the host's accesses and the jobs, of a machine that is not yet complete; slower. */
  readonly watch?: (
    soc: Soc,
    cores: { readonly core: DigitalCore; readonly analog: AnalogCore },
  ) => SocWatcher;
  readonly oddJumps?: 'error' | 'clear';
  readonly earlyTraps?: 'error' | 'take';
  /** Called after each job of the digital core, its effect on memory done. */
  readonly onJob?: (report: JobReport, soc: Soc) => void;
  /** The same for the analog core. */
  readonly onAnalogJob?: (report: AnalogJobReport, soc: Soc) => void;
  readonly observer?: Observer;
  /** What hot code of the host becomes; every backend counts the same cycles. */
  readonly backend?: Backend;
}

/** Names under which linker scripts give the low and the high end of the stack. The SDK's come first. */
const STACK_LOW = ['stack_start', '__stack_start', '_stack_start', '__stack_bottom'];
const STACK_HIGH = ['stack', '__stack_end', '_stack_end', '__stack_top', '_stack_top', '__stack'];

function stackBounds(symbols: Symbols): { low: number; high: number } | undefined {
  const find = (names: readonly string[]): number | undefined =>
    names.map((n) => symbols.address(n)).find((a) => a !== undefined);
  const [low, high] = [find(STACK_LOW), find(STACK_HIGH)];
  return low !== undefined && high !== undefined && low < high ? { low, high } : undefined;
}

function codeRanges(image: ElfImage, l2Base: number): CodeRanges {
  return image.segments
    .filter((s) => s.executable)
    .map((s) => ({
      start: canonical(s.virtualAddress, l2Base),
      end: canonical(s.virtualAddress, l2Base) + s.memoryBytes,
    }));
}

/** The pin that goes high once the analog core has booted. [hal: boot_diana waits for it] */
const BOOTED_PIN = 1 << 18;

/** DIANA's SoC with a program in its L2: host core, peripherals and both accelerators on one clock. */
export class Soc {
  readonly core: Core;
  readonly bus: Bus;
  readonly l2: Memory;
  /** The accelerators' activation memory, which the host does not see. */
  readonly l1: Memory;
  /** The jobs of both accelerators, in the order of their triggers. */
  readonly jobs: AcceleratorJob[] = [];
  readonly port: DigitalPort;
  readonly analogPort: AnalogPort;
  readonly symbols: Symbols;
  readonly image: ElfImage;
  readonly parameters: HardwareParameters;
  readonly watcher: SocWatcher | undefined;

  /** Loads an ELF file. Throws `ElfError` for one that cannot run here. */
  constructor(elf: Uint8Array, options: SocOptions = {}) {
    const file = options.file ?? 'program';
    this.parameters = options.parameters ?? DEFAULT_PARAMETERS;
    const { chip } = this.parameters;
    this.image = readElf(elf, file);
    const linear = new LinearMemory(chip.l2Bytes);
    this.l2 = new Memory('L2', MEMORY_MAP.l2, chip.l2Bytes, linear.ram);
    // The core goes to the bytes directly: all of them must be there.
    this.l2.raw();
    loadSegments(this.image, this.l2, file);
    const code = codeRanges(this.image, this.l2.base);
    this.symbols = new Symbols(this.image.symbols, (a) => code.some((r) => a >= r.start && a < r.end));

    const put = options.put ?? (() => {});
    const interrupts = new InterruptController();
    const events = new EventUnit((id) => interrupts.pushEvent(id));
    const control = new SocControl();
    const undefinedData = options.watch === undefined ? 'read' : 'followed';
    const digital = new DigitalCore(this.l2, this.parameters, defaultPeArray(), undefinedData);
    this.l1 = digital.l1;
    this.port = new DigitalPort(digital, {
      raise: (id) => events.raise(id),
      listening: () => !events.masked(EVENT.digitalCore),
      wrote: (report) => {
        if (report.kind === 'copyOut')
          this.core.cache.memoryChanged(report.l2Address - this.l2.base, report.bytes);
        options.onJob?.(report, this);
      },
      pc: () => this.core.memory.pc,
      jobs: this.jobs,
    });
    const analog = new AnalogCore(this.l2, this.l1, this.parameters, { booted: false, undefinedData });
    this.analogPort = new AnalogPort(analog, {
      wrote: (report) => {
        if (report.kind === 'copyOut')
          this.core.cache.memoryChanged(report.l2Address - this.l2.base, report.bytes);
        options.onAnalogJob?.(report, this);
      },
      pc: () => this.core.memory.pc,
      jobs: this.jobs,
    });
    const raise = (id: number): void => interrupts.raise(id);
    const fetch = (address: number, bytes: number): Uint8Array =>
      this.l2.peek(canonical(address, this.l2.base), bytes, 'UART transfer').slice();
    const peripherals = [
      new Stdout(put),
      this.port,
      this.analogPort,
      new Timer(chip.clockHz, raise),
      interrupts,
      events,
      control,
      new Fll(),
      new Gpio(() => (analog.booted ? BOOTED_PIN : 0)),
      new MicroDma(fetch, put, (id) => events.raise(id)),
    ];
    const referenceClock = new ReferenceClock(chip.clockHz, raise);
    this.bus = new Bus({ l2: this.l2, linear, interrupts, control, referenceClock, peripherals, code });
    this.watcher = options.watch?.(this, { core: digital, analog });
    this.port.watcher = this.watcher?.port;
    this.analogPort.watcher = this.watcher?.analogPort;
    this.core = this.#makeCore(options);
    this.core.pc = canonical(this.image.entry, this.l2.base);
    if (!this.bus.executable(this.core.pc))
      throw new ElfError(file, 'the entry point lies in no executable segment', 'Correct the linker script.');
  }

  #makeCore(options: SocOptions): Core {
    const stack = stackBounds(this.symbols);
    const checked = options.checkInitialised === true;
    // Without the check everything counts as written: the digital core must not refuse what the host stored.
    if (!checked) this.l2.assumeWritten(PRELOADED);
    const strict = checked ? this.#initialisedCheck() : undefined;
    const memoryCheck = this.watcher?.memoryCheck(strict) ?? strict;
    const observer = joinObservers(this.watcher?.observer, options.observer);
    return new Core(this.bus, {
      ...(options.waits === undefined ? {} : { waits: options.waits }),
      ...(stack === undefined ? {} : { stack }),
      ...(options.oddJumps === undefined ? {} : { oddJumps: options.oddJumps }),
      ...(options.earlyTraps === undefined ? {} : { earlyTraps: options.earlyTraps }),
      ...(observer === undefined ? {} : { observer }),
      ...(options.backend === undefined ? {} : { backend: options.backend }),
      sameFunction: (a, b) => this.symbols.sameFunction(a, b),
      ...(memoryCheck === undefined ? {} : { memoryCheck }),
    });
  }

  #initialisedCheck(): MemoryCheck {
    return {
      load: (address: number, bytes: number): string | undefined =>
        this.l2.isWritten(address, bytes)
          ? undefined
          : `read of ${bytes} bytes at ${this.symbols.describe(address)} that nothing has written`,
      stored: (address: number, bytes: number): void => this.l2.markWritten(address, bytes, PRELOADED),
    };
  }
}
