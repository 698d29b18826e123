import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Debugger } from '../../sim/soc/debugger.js';
import { checkOf } from '../../sim/soc/run-elf.js';
import { Soc } from '../../sim/soc/soc.js';
import { frame, PacketReader } from '../../src/node/gdb/packet.js';
import { serveGdb } from '../../src/node/gdb/server.js';
import { REPRODUCTIONS } from '../check/reproductions.js';
import { compileC, dataFile, gccPresent } from './toolchain.js';

const demo = readFileSync(new URL('../data/soc/demo.elf', import.meta.url));
const GDB = ['gdb-multiarch', 'riscv64-unknown-elf-gdb'].find(
  (g) => spawnSync(g, ['--version']).status === 0,
);
if (GDB === undefined)
  console.warn('no gdb for RISC-V is installed: the stub is tested with hand-made packets only');

describe('packets', () => {
  it.each([
    ['OK', '$OK#9a'],
    ['', '$#00'],
    ['a#b', '$a}\u0003b#43'],
  ])('%j goes out as %j', (text, bytes) => expect(frame(text).toString('latin1')).toBe(bytes));

  it('come in cut anywhere, between acknowledgements, with interrupts', () => {
    const reader = new PacketReader();
    const stream = Buffer.concat([
      Buffer.from('+'),
      frame('m1c008080,4'),
      Buffer.from('\u0003+'),
      frame('a}#'),
    ]);
    const got = [...stream].flatMap((b) => reader.push(Uint8Array.of(b)));
    expect(got).toEqual([
      { kind: 'packet', text: 'm1c008080,4' },
      { kind: 'interrupt' },
      { kind: 'packet', text: 'a}#' },
    ]);
  });

  it('with a wrong checksum are refused', () =>
    expect(new PacketReader().push(Buffer.from('$OK#00'))).toEqual([{ kind: 'bad checksum' }]));
});

/** Sends one packet after the other and collects the answers; text for the debugger's console is no answer of its own. */
async function converse(packets: readonly string[], soc = new Soc(demo)): Promise<string[]> {
  const debug = new Debugger(soc);
  let text = '';
  const server = await serveGdb(debug, 0);
  const socket = connect(server.port, '127.0.0.1');
  const reader = new PacketReader();
  const answers: string[] = [];
  await new Promise<void>((resolve) => {
    const next = (): void => {
      const packet = packets[answers.length];
      if (packet === undefined) socket.end();
      else socket.write(frame(packet));
    };
    socket.on('connect', next);
    socket.on('data', (chunk) => {
      for (const incoming of reader.push(chunk)) {
        if (incoming.kind === 'packet' && incoming.text.startsWith('O') && incoming.text !== 'OK') {
          text += Buffer.from(incoming.text.slice(1), 'hex').toString();
          continue;
        }
        if (incoming.kind === 'packet') answers.push(`${text}${incoming.text}`);
        text = '';
        next();
      }
    });
    socket.on('close', () => resolve());
  });
  await server.ended;
  return answers;
}

describe('the stub', () => {
  it('listens on the loopback only', async () => {
    const server = await serveGdb(new Debugger(new Soc(demo)), 0);
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.on('connect', resolve));
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.end();
    expect(await server.ended).toEqual({ kind: 'left' });
  });

  it('refuses a port in use with a sentence', async () => {
    const first = await serveGdb(new Debugger(new Soc(demo)), 0);
    await expect(serveGdb(new Debugger(new Soc(demo)), first.port)).rejects.toThrow(
      /port for the debugger is \d+; must be one that can be opened on 127\.0\.0\.1 \(EADDRINUSE\)/,
    );
    connect(first.port, '127.0.0.1').end();
    await first.ended;
  });

  it('reads and writes registers and memory, and knows what it does not know', async () => {
    const answers = await converse([
      'p20', // pc
      'P5=78563412',
      'p5',
      'P0=01000000',
      'p0',
      'm1c008000,4',
      'M1c07fff0,4:deadbeef',
      'm1c07fff0,4',
      'm20000000,4',
      'p99',
      'vMustReplyEmpty',
      's',
      'p20',
    ]);
    expect(answers[0]).toBe('8080001c');
    expect(answers.slice(1, 5)).toEqual(['OK', '78563412', 'OK', '00000000']);
    expect(answers.slice(6, 11)).toEqual(['OK', 'deadbeef', 'E01', 'E01', '']);
    expect(answers[11]).toBe('S05');
    expect(answers[12]).toBe('8480001c');
  });

  it('runs to a breakpoint, over a watchpoint, to the exit', async () => {
    const { symbols } = new Soc(demo);
    const hex = (name: string) => symbols.address(name)!.toString(16);
    const answers = await converse([
      `Z0,${hex('main')},2`,
      'c',
      'p20',
      `z0,${hex('main')},2`,
      `Z2,${hex('table')},4`,
      'c',
      `z2,${hex('table')},4`,
      'c',
    ]);
    const main = Buffer.alloc(4);
    main.writeUInt32LE(symbols.address('main')!);
    expect(answers[1]).toBe('S05');
    expect(answers[2]).toBe(main.toString('hex'));
    expect(answers[5]).toMatch(new RegExp(`^T05watch:${hex('table')};$`));
    expect(answers[7]).toBe('W2a');
  });
});

describe.skipIf(!gccPresent)('with the sanitizer', () => {
  const { source } = REPRODUCTIONS.find(({ name }) => name === 'the instruction changed under a job')!;

  it('stops at a finding, tells of it, and goes on', async () => {
    const elf = compileC(dataFile('accelerator.h') + source, ['-O1']);
    const soc = new Soc(elf, checkOf({ check: 'stop' }).options);
    const [found, pc, end] = await converse(['c', 'p20', 'c'], soc);
    expect(found).toMatch(/^check: missing wait: the host changes 0x\w+ <instruction\+0x4c> [\s\S]*\nS05$/);
    const main = soc.symbols.address('main')!;
    expect(Buffer.from(pc!, 'hex').readUInt32LE() - main).toBeGreaterThan(0);
    expect(end).toBe('W00');
  });
});

describe.skipIf(GDB === undefined || !gccPresent)('with a real gdb', () => {
  it('breaks, steps, inspects and continues', async () => {
    const elf = compileC(dataFile('demo.c'), ['-O1', '-g', '-fno-inline']);
    const debug = new Debugger(new Soc(elf));
    const server = await serveGdb(debug, 0);
    const output = await runGdb(elf, [
      `target remote 127.0.0.1:${server.port}`,
      'break sort',
      'continue',
      'backtrace',
      'print n',
      'stepi',
      'print/x $pc == (int)sort + 2 || $pc == (int)sort + 4',
      'delete',
      'watch table[3]',
      'continue',
      'delete',
      'continue',
    ]);
    expect(output).toMatch(/Breakpoint 1, sort \(v=/);
    expect(output).toMatch(/#1 .* in main \(\)/);
    expect(output).toMatch(/\$1 = 64/);
    expect(output).toMatch(/\$2 = 0x1/);
    expect(output).toMatch(/Hardware watchpoint 2: table\[3\]/);
    expect(output).toMatch(/Old value = [-\d]+\s+New value = [-\d]+/);
    expect(output).toMatch(/exited with code 052/);
    expect(await server.ended).toEqual({ kind: 'exit', status: 42 });
  }, 60_000);

  it("runs what HTVM's profiler writes: load, a break at an empty function, next, print of arrays and counters", async () => {
    const source = `${dataFile('soc.h')}
      volatile int perf_cyc_0;
      void __attribute__((noinline, optimize("O0"))) gdb_anchor() { return; }
      int main(void) {
        static signed char buffer[6];
        uint32_t output_size = sizeof buffer;
        signed char *output = buffer;
        TIMER_RESET_LO = 1; TIMER_START_LO = 1;
        for (uint32_t i = 0; i < output_size; i++) output[i] = 3 - 2 * (int)i;
        perf_cyc_0 = (int)TIMER_CNT_LO;
        gdb_anchor();
        if (output[5] != -7) print("wrong");
        return output[0];
      }`;
    const elf = compileC(source, ['-O1', '-g']);
    const server = await serveGdb(new Debugger(new Soc(elf)), 0);
    const output = await runGdb(elf, [
      'set print elements 0',
      'set print repeats 0',
      'set pagination off',
      `target remote localhost:${server.port}`,
      'load',
      'break gdb_anchor',
      'c',
      'n',
      'n',
      'print /d *output@output_size',
      'print perf_cyc_0',
    ]);
    expect(output).toMatch(/Loading section \.text/);
    expect(output).toMatch(/\$1 = \{3, 1, -1, -3, -5, -7\}/);
    expect(output).toMatch(/\$2 = [1-9]\d*/);
    await server.ended;
  }, 60_000);
});

function runGdb(elf: Uint8Array, commands: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'diana-gdb-'));
  const file = join(folder, 'demo.elf');
  writeFileSync(file, elf);
  return new Promise((resolve) => {
    const gdb = spawn(GDB!, ['-nx', '-batch', ...commands.flatMap((c) => ['-ex', c]), file], {
      timeout: 45_000,
    });
    let output = '';
    gdb.stdout.on('data', (d) => {
      output += d;
    });
    gdb.stderr.on('data', (d) => {
      output += d;
    });
    gdb.on('close', () => {
      rmSync(folder, { recursive: true });
      resolve(output);
    });
  });
}
