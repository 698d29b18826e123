import { hex } from '../../src/base/units.js';
import { type RawSymbol, type Reader, type Section, sectionsOf, symbolsOf } from './elf-reader.js';

/**
 * Relocations of PULP's own toolchain, whose numbers stand for something else, or nothing, in every other one. DIANA's SDK libraries have them.
 * `open` says whether an instruction that such a relocation is for does not yet hold what it should: `value` is the symbol's address plus the
 * addend, `at` the instruction's own address; undefined for a word that no such relocation can be for.
 */
interface PrivateRelocation {
  readonly name: string;
  readonly open: (word: number, value: number, at: number) => boolean | undefined;
}

const LOAD = 0x03;
const STORE = 0x23;
const HARDWARE_LOOP = 0x7b;
const baseIsZero = (word: number): boolean => ((word >>> 15) & 31) === 0;
const low12 = (value: number): number => (value << 20) >> 20;

function loopEnd(funct3: number, shift: number, mask: number): PrivateRelocation['open'] {
  return (word, value, at) =>
    (word & 0x7f) === HARDWARE_LOOP && ((word >>> 12) & 7) === funct3
      ? ((word >>> shift) & mask) !== (((value - at) >> 1) & mask)
      : undefined;
}

const PRIVATE: Readonly<Record<number, PrivateRelocation>> = {
  57: { name: 'the end of lp.setup', open: loopEnd(4, 20, 0xfff) },
  58: { name: 'the end of lp.setupi', open: loopEnd(5, 15, 0x1f) },
  59: {
    name: 'the address of a load',
    open: (word, value) =>
      (word & 0x7f) === LOAD && baseIsZero(word) ? word >> 20 !== low12(value) : undefined,
  },
  60: {
    name: 'the address of a store',
    open: (word, value) =>
      (word & 0x7f) === STORE && baseIsZero(word)
        ? (((word >> 25) << 5) | ((word >>> 7) & 31)) !== low12(value)
        : undefined,
  },
};

const RELOCATIONS = 4;
const RELOCATION_BYTES = 12;
const EXECUTABLE = 4;
const OBJECT_FILE = 1;

interface Found {
  readonly type: number;
  readonly at: number;
  readonly symbol: string;
}

function* openOnes(r: Reader): Generator<Found> {
  const sections = sectionsOf(r);
  const unlinked = r.u16(16) === OBJECT_FILE;
  const tables = new Map<Section, RawSymbol[]>();
  for (const { type, offset, bytes, link, info } of sections) {
    const [target, table] = [sections[info], sections[link]];
    if (type !== RELOCATIONS || target === undefined || table === undefined) continue;
    if ((target.flags & EXECUTABLE) === 0) continue;
    r.require(offset, bytes, 'a table of relocations');
    for (let at = offset; at + RELOCATION_BYTES <= offset + bytes; at += RELOCATION_BYTES) {
      const number = r.u32(at + 4) & 0xff;
      const known = PRIVATE[number];
      if (known === undefined) continue;
      const place = r.u32(at);
      const inFile = target.offset + (unlinked ? place : place - target.address);
      if (inFile < target.offset || inFile + 4 > target.offset + target.bytes) continue;
      r.require(inFile, 4, 'a relocated instruction');
      if (!tables.has(table)) tables.set(table, [...symbolsOf(r, sections, table)]);
      const symbol = tables.get(table)?.[r.u32(at + 4) >>> 8];
      const value = ((symbol?.address ?? 0) + r.u32(at + 8)) | 0;
      const open = known.open(r.u32(inFile) | 0, value, place);
      if (open === undefined || !(open || unlinked)) continue;
      yield { type: number, at: place, symbol: symbol?.name ?? '' };
    }
  }
}

/**
 * The relocations of PULP's own toolchain that nobody has resolved, in words; undefined where there is none. In an object file none is resolved; in a linked
 * program they can be seen where the linker was asked to keep relocations (`-q`).
 */
export function privateRelocations(r: Reader): { readonly what: string; readonly fix: string } | undefined {
  const found = [...openOnes(r)];
  const first = found[0];
  if (first === undefined) return undefined;
  const types = [...new Set(found.map(({ type }) => type))].sort((a, b) => a - b);
  return {
    what: `${found.length} of PULP's own relocations (type ${types.join(', ')}; the first, ${PRIVATE[first.type]!.name}, at ${hex(first.at)}${first.symbol === '' ? '' : ` for ${first.symbol}`})`,
    fix: "Link with the PULP toolchain's ld: other linkers take these numbers for something else.",
  };
}
