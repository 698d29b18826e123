import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../sim/rv32/options.js';
import { runElf } from '../../sim/soc/run-elf.js';

/**
 * Simulated MIPS of the host core on a fixed program with every backend, beside qemu's user mode where it is installed. CPU
 * time counts every thread of the process, the engine's compilers included; the longer program shows the speed once everything
 * is compiled.
 */
const GCC = process.env.RISCV_GCC ?? 'riscv64-unknown-elf-gcc';
const DATA = 'test/data/soc';
const ROUNDS = [20, 200] as const;

interface Row {
  readonly name: string;
  readonly instructions: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

const mips = (instructions: number, ms: number): string => (instructions / ms / 1000).toFixed(0).padStart(8);
const line = (r: Row): string =>
  `${r.name.padEnd(44)} ${r.instructions.toExponential(2).padStart(10)} ${mips(r.instructions, r.wallMs)} ${mips(r.instructions, r.cpuMs)}`;

/** Runs a program in a process of its own, so that no run finds code that another has warmed up. */
function measure(name: string, elf: string, backend: Backend): Row {
  const ran = spawnSync(process.execPath, [import.meta.filename, elf, backend], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${name}: ${ran.stderr}`);
  return { name, ...(JSON.parse(ran.stdout) as Omit<Row, 'name'>) };
}

function runHere(elf: Uint8Array, backend: Backend): Omit<Row, 'name'> {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  const result = runElf(elf, { backend });
  const used = process.cpuUsage(cpu);
  return {
    instructions: result.instructions,
    wallMs: performance.now() - wall,
    cpuMs: (used.user + used.system) / 1000,
  };
}

function build(folder: string, rounds: number): { readonly soc: string; readonly linux: string } | undefined {
  const [soc, linux] = [join(folder, `soc${rounds}.elf`), join(folder, `linux${rounds}.elf`)];
  const define = `-DROUNDS=${rounds}`;
  const built = spawnSync(`${DATA}/build.sh`, [`${DATA}/bench.c`, soc, '-O2', define]);
  if (built.status !== 0) return undefined;
  const freestanding = ['-ffreestanding', '-nostdlib', '-static', '-fno-builtin', '-Wl,--no-relax'];
  spawnSync(GCC, [
    '-march=rv32imc',
    '-mabi=ilp32',
    '-O2',
    '-DLINUX_USER',
    define,
    ...freestanding,
    `${DATA}/bench.c`,
    '-o',
    linux,
    '-lgcc',
  ]);
  return { soc, linux };
}

function qemu(name: string, program: string, instructions: number): Row | undefined {
  const wall = performance.now();
  const ran = spawnSync('qemu-riscv32', [program]);
  const wallMs = performance.now() - wall;
  return ran.error === undefined ? { name, instructions, wallMs, cpuMs: wallMs } : undefined;
}

function compareAll(): void {
  const folder = mkdtempSync(join(tmpdir(), 'diana-bench-'));
  try {
    console.log(
      `${'program'.padEnd(44)} ${'instr.'.padStart(10)} ${'MIPS'.padStart(8)} ${'MIPS/cpu'.padStart(8)}`,
    );
    for (const rounds of ROUNDS) {
      const built = build(folder, rounds);
      if (built === undefined) {
        console.log(`${GCC} is not installed: nothing to run`);
        break;
      }
      if (rounds === ROUNDS[0])
        console.log(line(measure(`bench.c x${rounds}, interpreted`, built.soc, 'interpreter')));
      console.log(line(measure(`bench.c x${rounds}, JavaScript`, built.soc, 'javascript')));
      const translated = measure(`bench.c x${rounds}, WebAssembly`, built.soc, 'webassembly');
      console.log(line(translated));
      const row = qemu(`bench.c x${rounds}, qemu-riscv32`, built.linux, translated.instructions);
      console.log(row === undefined ? 'qemu-riscv32 is not installed' : line(row));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [elf, backend] = process.argv.slice(2);
if (elf === undefined) compareAll();
else console.log(JSON.stringify(runHere(readFileSync(elf), backend as Backend)));
