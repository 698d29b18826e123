import { createWriteStream, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { StoppedByFinding } from '../../../sim/check/finding-log.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import { MachineFault } from '../../../sim/rv32/faults.js';
import { peekBytes } from '../../../sim/soc/access.js';
import { Debugger, type Stop } from '../../../sim/soc/debugger.js';
import { explainFault } from '../../../sim/soc/explain.js';
import { faultReport } from '../../../sim/soc/fault-report.js';
import { oddityLines } from '../../../sim/soc/oddities.js';
import { callgrind, foldedStacks } from '../../../sim/soc/profile.js';
import { flatProfile, runStatistics } from '../../../sim/soc/report.js';
import {
  checkOf,
  DEFAULT_MAX_CYCLES,
  limitReached,
  profileElf,
  type RunOptions,
  resultOf,
  runElf,
} from '../../../sim/soc/run-elf.js';
import { Soc } from '../../../sim/soc/soc.js';
import { traceStep } from '../../../sim/soc/trace.js';
import { UserError } from '../../base/errors.js';
import { hex } from '../../base/units.js';
import { writeFileAtomic } from '../../node/atomic-write.js';
import { serveGdb } from '../../node/gdb/server.js';
import { readHardwareFile } from '../../node/hardware-file.js';
import type { CheckArguments } from '../check-options.js';
import { checkedStatus, checkMode } from '../check-run.js';
import { reportFindings } from './report-findings.js';

export interface ExecArguments extends CheckArguments {
  readonly json?: string | undefined;
  readonly report?: string | undefined;
  readonly elf: string;
  readonly 'max-cycles'?: number | undefined;
  readonly stats: boolean;
  readonly profile?: string | undefined;
  readonly trace?: string | undefined;
  readonly break?: readonly string[] | undefined;
  readonly watch?: readonly string[] | undefined;
  readonly gdb?: number | undefined;
  readonly 'check-initialised': boolean;
  readonly hw?: string | undefined;
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);
/** The exit status of a program that --check=stop ends. */
const FOUND = 1;
/** Exit statuses of processes have eight bits. */
const statusByte = (status: number): number => status & 0xff;

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? error}).`);
  }
}

function optionsOf(args: ExecArguments): RunOptions & { readonly maxCycles: number } {
  const maxCycles = args['max-cycles'] ?? DEFAULT_MAX_CYCLES;
  if (!(maxCycles > 0)) throw new UserError(`--max-cycles is ${maxCycles}; must be a positive number.`);
  return {
    file: args.elf,
    parameters: args.hw === undefined ? DEFAULT_PARAMETERS : readHardwareFile(args.hw),
    put: (character) => process.stdout.write(Uint8Array.of(character)),
    checkInitialised: args['check-initialised'],
    maxCycles,
    check: checkMode(args, false),
  };
}

/** Runs the program as the options ask and returns the exit status of the command: the program's. */
export async function execProgram(args: ExecArguments): Promise<number> {
  const elf = readFile(args.elf);
  const options = optionsOf(args);
  if (options.check === false && (args.json !== undefined || args.report !== undefined))
    throw new UserError('--json and --report write what --check finds; give --check, too.');
  if (args.gdb !== undefined) return debugRemotely(elf, options, args, args.gdb);
  if (args.trace !== undefined || args.break !== undefined || args.watch !== undefined)
    return runWatched(elf, options, args);
  return runWhole(elf, options, args);
}

async function debugRemotely(
  elf: Uint8Array,
  options: RunOptions,
  args: ExecArguments,
  port: number,
): Promise<number> {
  const check = checkOf(options);
  const soc = new Soc(elf, { ...options, ...check.options });
  const server = await serveGdb(new Debugger(soc), port);
  say(`waiting for a debugger: target remote 127.0.0.1:${server.port}`);
  const end = await server.ended;
  return checkedEnd(soc, check, args, end.kind === 'exit' ? statusByte(end.status) : 0);
}

/**
 * Tells what the sanitizer found in a run that was looked at step by step; returns the exit status of the command. What only the end of a
 * program shows is looked for where it has ended.
 */
async function checkedEnd(
  soc: Soc,
  check: ReturnType<typeof checkOf>,
  args: ExecArguments,
  status: number,
): Promise<number> {
  if (soc.watcher === undefined) return status;
  const ended = soc.bus.exitStatus !== undefined;
  try {
    const findings = ended ? check.findings() : soc.watcher.findings;
    const result = resultOf(soc, '', findings);
    await reportFindings(ended ? { ...result, jobs: result.jobs.length } : { findings }, args, say);
    return checkedStatus(args, findings, status);
  } catch (error) {
    if (!(error instanceof StoppedByFinding)) throw error;
    await reportFindings({ findings: [error.finding] }, args, say);
    return checkedStatus(args, [error.finding], FOUND);
  }
}

/** At full speed. A fault is run into once more to tell how the program came there. */
async function runWhole(elf: Uint8Array, options: RunOptions, args: ExecArguments): Promise<number> {
  let machine: Soc | undefined;
  const prepare = (soc: Soc): void => {
    machine = soc;
  };
  try {
    const full = { ...options, prepare };
    const { result, profile } =
      args.profile === undefined ? { result: runElf(elf, full), profile: undefined } : profileElf(elf, full);
    if (args.stats) say(runStatistics(result));
    for (const line of oddityLines(result.jobs, result.symbols)) say(`note: ${line}`);
    if (profile !== undefined && args.profile !== undefined) {
      writeFileAtomic(`${args.profile}.callgrind`, callgrind(profile, args.elf));
      writeFileAtomic(`${args.profile}.folded`, foldedStacks(profile));
      say(flatProfile(profile, result));
    }
    if (options.check !== false) await reportFindings({ ...result, jobs: result.jobs.length }, args, say);
    return checkedStatus(args, result.findings, statusByte(result.exitStatus));
  } catch (error) {
    if (error instanceof StoppedByFinding) {
      await reportFindings({ findings: [error.finding] }, args, say);
      return checkedStatus(args, [error.finding], error.exitCode);
    }
    // What was found before the program went wrong may be the reason.
    const findings = machine?.watcher?.findings ?? [];
    if (findings.length > 0) await reportFindings({ findings }, args, say);
    if (error instanceof MachineFault && machine !== undefined)
      say(explainFault(elf, options, machine.core.now()));
    throw error;
  }
}

/** A symbol's or a written address. Throws a UserError that names the symbols that are alike. */
function addressOf(soc: Soc, text: string): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : soc.symbols.address(text);
  if (number !== undefined) return number;
  const alike = soc.symbols.namesLike(text).slice(0, 5);
  const hint = alike.length > 0 ? ` Like it: ${alike.join(', ')}.` : '';
  throw new UserError(`no symbol "${text}" in the program.${hint}`);
}

/** One instruction after the other: trace, breakpoints, watched words. */
async function runWatched(
  elf: Uint8Array,
  options: RunOptions & { readonly maxCycles: number },
  args: ExecArguments,
): Promise<number> {
  const check = checkOf(options);
  const soc = new Soc(elf, { ...options, ...check.options });
  const debug = new Debugger(soc);
  for (const text of args.break ?? []) debug.breakpoints.add(addressOf(soc, text));
  for (const text of args.watch ?? [])
    debug.watchpoints.push({ address: addressOf(soc, text), bytes: 4, on: 'write' });
  const out: Writable =
    args.trace === undefined || args.trace === '-' ? process.stderr : createWriteStream(args.trace);
  try {
    for (;;) {
      const stop = args.trace === undefined ? debug.step() : tracedStep(debug, out);
      const status = await handleStop(soc, debug, stop, args);
      if (status !== undefined) return checkedEnd(soc, check, args, status);
      if (soc.core.now() >= options.maxCycles) throw limitReached(soc, options.maxCycles);
      // A trace is written faster than a file takes it: wait instead of keeping it all in memory.
      if (out.writableNeedDrain) await new Promise((resolve) => out.once('drain', resolve));
    }
  } finally {
    if (out !== process.stderr) await new Promise<void>((resolve) => out.end(resolve));
  }
}

function tracedStep(debug: Debugger, out: Writable): Stop | undefined {
  const { line, stop } = traceStep(debug);
  out.write(`${line}\n`);
  return stop;
}

/** Tells about a stop. Returns the exit status when it is the end. */
async function handleStop(
  soc: Soc,
  debug: Debugger,
  stop: Stop | undefined,
  args: ExecArguments,
): Promise<number | undefined> {
  if (stop?.kind === 'exit') {
    if (args.stats) say(runStatistics(resultOf(soc, '')));
    return statusByte(stop.status);
  }
  if (stop?.kind === 'finding') return FOUND;
  if (stop?.kind === 'fault') {
    const findings = soc.watcher?.findings ?? [];
    if (findings.length > 0) await reportFindings({ findings }, args, say);
    say(faultReport(soc, debug.recent, stop.fault.pc));
    throw stop.fault;
  }
  if (stop?.kind === 'watch') {
    const value = peekBytes(soc, stop.watchpoint.address, 4);
    const word = value === undefined ? '?' : hex(new DataView(value.buffer).getUint32(0, true));
    say(
      `watch ${soc.symbols.describe(stop.watchpoint.address)}: now ${word}, written by ${soc.symbols.describe(stop.pc)} at cycle ${soc.core.now()}`,
    );
  }
  if (!debug.breakpoints.has(soc.core.pc)) return undefined;
  say(`break at ${soc.symbols.describe(soc.core.pc)}, cycle ${soc.core.now()}`);
  say(faultReport(soc, debug.recent, soc.core.pc));
  return 0;
}
