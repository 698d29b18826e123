import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readElf } from '../../sim/soc/elf.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { Soc } from '../../sim/soc/soc.js';
import { compileC, gccPresent } from './toolchain.js';

const demo = readFileSync(new URL('../data/soc/demo.elf', import.meta.url));

/** The file with bytes at `at` replaced by a little-endian number. */
function patched(at: number, bytes: 1 | 2 | 4, value: number): Uint8Array {
  const copy = Uint8Array.from(demo);
  for (let i = 0; i < bytes; i++) copy[at + i] = value >>> (8 * i);
  return copy;
}

const u32 = (at: number): number => demo.readUInt32LE(at);
const program = u32(28);
const sections = u32(32);

describe('files that cannot run here: one line, exit status 2', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /x\.elf: not an ELF file: it does not start with 7f 45 4c 46/],
    ['a text', new TextEncoder().encode('int main(void) {}'), /not an ELF file/],
    [
      'only the magic',
      Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
      /the ELF header ends at byte 52, the file has 4/,
    ],
    ['64 bits', patched(4, 1, 2), /a 64-bit ELF file; the host core has 32 bits\. Build with -march=rv32imc/],
    ['an unknown class', patched(4, 1, 7), /ELF class 7 is unknown/],
    ['big-endian', patched(5, 1, 2), /a big-endian ELF file/],
    ['an unknown byte order', patched(5, 1, 0), /ELF data encoding 0 is unknown/],
    ['x86-64', patched(18, 2, 62), /made for machine 62 \(x86-64\), not for RISC-V \(243\)/],
    ['an object file', patched(16, 2, 1), /an object file, not a linked program/],
    ['a shared object', patched(16, 2, 3), /position-independent or shared/],
    ['a core dump', patched(16, 2, 4), /ELF type 4 is no executable/],
    ['hard float', patched(36, 4, 5), /hard-float ABI/],
    ['RV32E', patched(36, 4, 9), /16 registers/],
    ['no program headers', patched(44, 2, 0), /no program headers/],
    ['headers of another size', patched(42, 2, 56), /program headers of 56 bytes, must be 32/],
    [
      'headers beyond the file',
      patched(28, 4, 0x10000000),
      /the table of program headers ends at byte 268435552/,
    ],
    ['a segment beyond the file', patched(program + 4, 4, 0x7fffffff), /segment 0 ends at byte/],
    [
      'more in the file than in memory',
      patched(program + 20, 4, 4),
      /segment 0 has \d+ bytes in the file but 4 in memory/,
    ],
    [
      'a segment outside L2',
      patched(program + 12, 4, 0x20000000),
      /goes to 0x20000000\.\.0x2\w+, outside L2 \(0x1c000000\.\.0x1c080000\)/,
    ],
    ['a segment larger than L2', patched(program + 20, 4, 0x7fffffff), /outside L2/],
    ['dynamic linking', patched(program, 4, 2), /dynamically linked/],
    [
      'segments over each other',
      patched(program + 32 + 12, 4, 0x1c008010),
      /two segments overlap at 0x1c008010/,
    ],
    ['an odd entry', patched(24, 4, 0x1c008081), /the entry point 0x1c008081 is odd/],
    ['an entry in the data', patched(24, 4, 0x1c000010), /lies in no executable segment/],
    ['sections beyond the file', patched(32, 4, 0x7ffffff0), /the table of sections ends at byte/],
    ['section headers of another size', patched(46, 2, 64), /section headers of 64 bytes, must be 40/],
  ])('%s', (_, bytes, message) => {
    const load = () => new Soc(bytes, { file: 'x.elf' });
    expect(load).toThrow(message);
    expect(load).toThrow(expect.objectContaining({ exitCode: 2, name: 'ElfError' }));
    expect(load).not.toThrow(/\n/);
  });

  it('every shorter file is an error and never a crash', () => {
    for (let n = 0; n < demo.length; n += 97)
      expect(() => new Soc(demo.subarray(0, n), { file: 'x.elf' })).toThrow(
        expect.objectContaining({ exitCode: 2 }),
      );
  });

  it('a damaged symbol table is an error', () => {
    for (let i = 0; i < demo.readUInt16LE(48); i++) {
      const at = sections + 40 * i;
      if (u32(at + 4) !== 2) continue;
      expect(() => readElf(patched(at + 16, 4, 0x7fffffff), 'x.elf')).toThrow(
        /the symbol table ends at byte/,
      );
      expect(() => readElf(patched(at + 24, 4, 99), 'x.elf')).toThrow(/names section 99 of/);
    }
    expect.assertions(2);
  });
});

it('a damaged byte anywhere gives an exit status or a one-line error, never a crash', () => {
  // Every byte of the headers, and of the code some, set to all ones.
  const places = [...Array(0x94).keys(), ...Array.from({ length: 60 }, (_, i) => 0x94 + 31 * i)];
  for (const at of places) {
    try {
      expect(runElf(patched(at, 1, 0xff), { file: 'x.elf', maxCycles: 300_000 }).exitStatus).toBeTypeOf(
        'number',
      );
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 2 });
      expect((error as Error).message).not.toMatch(/\n/);
    }
  }
});

describe('what is read', () => {
  const soc = new Soc(demo);
  it('the entry at the reset vector', () => expect(soc.core.pc).toBe(0x1c008080));
  it('names for addresses', () => {
    const main = soc.symbols.address('main')!;
    expect(soc.symbols.describe(main + 6)).toBe(`0x${(main + 6).toString(16)} <main+0x6>`);
    expect(soc.symbols.name(0x1c008080)).toBe('_start');
    expect(soc.symbols.name(soc.symbols.address('table')! + 4)).toBe('table+0x4');
    expect(soc.symbols.name(0x1c07fff0)).toBeUndefined();
  });
  it('the ends of the stack', () => {
    expect(soc.symbols.address('stack')! - soc.symbols.address('stack_start')!).toBe(0x800);
  });
});

describe.skipIf(!gccPresent)('what nobody defines is named', () => {
  const SOURCE =
    'void rt_time_wait_us(int); void pos_kernel_start(void); int main(void) { rt_time_wait_us(1); pos_kernel_start(); return 0; }';

  it('in an object file', () => {
    const object = compileC(SOURCE, ['-r']);
    expect(() => readElf(object, 'main.o')).toThrow(
      /^main\.o: an object file, not a linked program; it waits for pos_kernel_start, rt_time_wait_us\. Link it/,
    );
  });

  it('in a program linked in spite of it that keeps its relocations', () => {
    const elf = compileC(SOURCE, ['-Wl,--unresolved-symbols=ignore-all', '-Wl,-q']);
    expect(() => readElf(elf, 'app.elf')).toThrow(
      /^app\.elf: linked although nobody defines pos_kernel_start, rt_time_wait_us\. Link it with what defines them/,
    );
  });
});

describe.skipIf(!gccPresent)("relocations of PULP's own toolchain", () => {
  // The SDK's libraries reach data by its absolute low 12 bits, with relocations 59 (loads) and 60 (stores); here the standard's 27 and 28.
  const SOURCE = `
    int counter __attribute__((section(".data.low")));
    int main(void) {
      int value;
      __asm__ volatile("lw %0, %%lo(counter)(zero)\\n sw %0, %%lo(counter+4)(zero)" : "=r"(value));
      return 0;
    }`;
  const OWN: Readonly<Record<number, number>> = { 27: 59, 28: 60 };

  /** The file with the relocations above under PULP's numbers; `filled` says whether their instructions hold the addresses. */
  function renumbered(elf: Uint8Array, filled: boolean): Uint8Array {
    const copy = Buffer.from(elf);
    const [table, count] = [copy.readUInt32LE(32), copy.readUInt16LE(48)];
    for (let i = 0; i < count; i++) {
      const section = table + 40 * i;
      if (copy.readUInt32LE(section + 4) !== 4) continue;
      const target = table + 40 * copy.readUInt32LE(section + 28);
      const [offset, bytes] = [copy.readUInt32LE(section + 16), copy.readUInt32LE(section + 20)];
      for (let at = offset; at < offset + bytes; at += 12) {
        const base = copy.readUInt16LE(16) === 1 ? 0 : copy.readUInt32LE(target + 12);
        const place = copy.readUInt32LE(at) - base + copy.readUInt32LE(target + 16);
        const type = OWN[copy[at + 4]!];
        if (type === undefined || (copy.readUInt32LE(place) & 0xf8000) !== 0) continue;
        copy[at + 4] = type;
        const field = type === 59 ? 0xfff00000 : 0xfe000f80;
        if (!filled) copy.writeUInt32LE((copy.readUInt32LE(place) & ~field) >>> 0, place);
      }
    }
    return copy;
  }

  it.each([
    [
      'an object file',
      ['-r'],
      /^x: an object file, not a linked program; it has 2 of PULP's own relocations \(type 59, 60; the first, the address of a load, at 0x[0-9a-f]+ for counter\)\. Link it with .*, by a linker that knows PULP's relocations\.$/,
    ],
    [
      'a program that keeps them',
      ['-Wl,-q'],
      /^x: linked with 2 of PULP's own relocations \(type 59, 60; .* for counter\) left open\. Link with the PULP toolchain's ld/,
    ],
  ])('%s', (_, options, message) => {
    const elf = compileC(SOURCE, ['-O1', '-Wl,--no-relax', ...options]);
    expect(() => readElf(renumbered(elf, false), 'x')).toThrow(message);
  });

  it('are no fault where the linker has resolved them', () => {
    const elf = renumbered(compileC(SOURCE, ['-O1', '-Wl,--no-relax', '-Wl,-q']), true);
    expect(readElf(elf, 'x').segments.length).toBeGreaterThan(0);
  });
});
