import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { linuxElf } from '../soc/random-program.js';
import { diana } from './run.js';

const DEMO = fileURLToPath(new URL('../data/soc/demo.elf', import.meta.url));
const OUTPUT = 'fib 610\nsorted -487 484\nwide -146334136\ncopied 120\nwoken by 10\n';
const folder = mkdtempSync(join(tmpdir(), 'diana-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...args: readonly string[]) => diana(folder, ['exec', ...args]);
const written = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('exec', () => {
  it("passes the program's output and status on", async () =>
    expect(await run(DEMO)).toEqual({ status: 42, stdout: OUTPUT, stderr: '' }));

  it('--stats tells cycles and jobs on stderr', async () => {
    const { stdout, stderr } = await run(DEMO, '--stats');
    expect(stdout).toBe(OUTPUT);
    expect(stderr).toMatch(/^cycles +\d+\ninstructions +\d+.*\n(.*\n)*jobs +2\nexit status +42\n$/);
  });

  it('--profile writes callgrind and folded stacks', async () => {
    const { status, stderr } = await run(DEMO, '--profile', 'p');
    expect(status).toBe(42);
    expect(stderr).toMatch(/fibonacci\n[\s\S]*copyOut 64 bytes\n$/);
    expect(written('p.callgrind')).toMatch(/^# callgrind format\n[\s\S]*events: Cycles Instructions\n/);
    expect(written('p.folded')).toMatch(/^_start;main;fibonacci(;fibonacci)* \d+$/m);
  });

  it('--trace writes every instruction', async () => {
    expect((await run(DEMO, '--trace', 't.txt')).status).toBe(42);
    const lines = written('t.txt').trimEnd().split('\n');
    expect(lines[0]).toContain('1c008080 <_start>');
    expect(lines.at(-1)).toContain('write 4 at 0x1a1040a0');
  });

  it('--break stops with registers and calls; --watch tells every write', async () => {
    const at = await run(DEMO, '--break', 'print_signed');
    expect(at.status).toBe(0);
    expect(at.stdout).toBe('fib 610\nsorted ');
    expect(at.stderr).toMatch(/^break at 0x1c00\w+ <print_signed>, cycle \d+\n/);
    expect(at.stderr).toMatch(
      /call stack, innermost first:\n {2}0x\w+ <print_signed>\n {2}0x\w+ <main\+0x\w+>/,
    );
    const watched = await run(DEMO, '--watch', 'interrupts');
    expect(watched.status).toBe(42);
    expect(watched.stderr).toMatch(/<interrupts>: now 0x8000000a, written by 0x1c00\w+ <interrupt_handler/);
  });
});

describe('exec with what cannot work: one line, status 2', () => {
  it.each([
    ['a file that is not there', ['none.elf'], /^diana-sim: none\.elf: cannot be read \(ENOENT\)\.\n$/],
    ['a text file', [fileURLToPath(import.meta.url)], /^diana-sim: .*: not an ELF file: .*\n$/],
    [
      'an unknown symbol',
      [DEMO, '--break', 'print_u'],
      /^diana-sim: no symbol "print_u" in the program\. Like it: print_unsigned\.\n$/,
    ],
    [
      'a limit of nothing',
      [DEMO, '--max-cycles', '0'],
      /^diana-sim: --max-cycles is 0; must be a positive number\.\n$/,
    ],
    [
      'too many cycles',
      [DEMO, '--max-cycles', '2000'],
      /must be at most 2000\. Look for an endless loop, or give --max-cycles\.\n$/,
    ],
  ] as const)('%s', async (_, args, message) => {
    const { status, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toMatch(/\n/);
    expect(status).toBe(2);
  });

  it('a program that goes wrong: the report, then the line', async () => {
    // No trap vectors and an ecall: what a program for Linux does first.
    writeFileSync(join(folder, 'linux.elf'), linuxElf(Uint8Array.of(0x01, 0, 0x01, 0)));
    const { status, stderr } = await run('linux.elf');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^last instructions, newest at the end:\n( {2}0x1c00\w+: .*\n)*registers:\n/);
    expect(stderr).toMatch(
      /call stack, innermost first:\n {2}0x1c00800c\ndiana-sim: ecall before the program has set up its trap vectors \(pc 0x1c00800c\)\..*\n$/,
    );
  });
});
