import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memory, NEVER, PRELOADED } from '../../../sim/core/memory.js';
import { runs } from '../../full.js';

const memory = (name = 'L2', base = 0x100): Memory => new Memory(name, base, 64);

describe('a memory', () => {
  it('gives back what was written, and who wrote it', () => {
    const m = memory();
    m.write(0x104, Uint8Array.of(1, 2), 7, 'test');
    expect([...m.read(0x104, 2, 'test')]).toEqual([1, 2]);
    expect([0x103, 0x104, 0x105].map((at) => m.writerOf(at))).toEqual([NEVER, 7, 7]);
  });

  it.each([
    ['before its start', 0xff, 1],
    ['across its end', 0x13f, 2],
    ['of negative length', 0x110, -1],
  ])('refuses an access %s', (_, at, n) =>
    expect(() => memory().peek(at, n, 'a test')).toThrow(
      /^a test: access to L2 is 0x.*must be inside 0x00000100\.\.0x00000140\./,
    ),
  );

  it('refuses to read a byte that nothing has written, and names it', () => {
    const m = memory();
    m.write(0x100, new Uint8Array(8), PRELOADED, 'test');
    expect(() => m.read(0x104, 8, 'a tile')).toThrow(
      'a tile: L2 byte 0x00000108 is never written; must be written before it is read.',
    );
  });

  it('fresh memory is poisoned, not zero', () =>
    expect(new Set(memory().peek(0x100, 64, 'test'))).toEqual(new Set([0xa5])));

  it('a copy hands on bytes, what was never written, and what came from a wrapped accumulator', () => {
    const [from, to] = [memory('L1', 0), memory()];
    from.write(0, Uint8Array.of(9, 8), 1, 'test');
    from.markWrapped(1);
    to.copyFrom(from, 0, 0x110, 4, 3, 'test');
    expect([...to.read(0x110, 2, 'test')]).toEqual([9, 8]);
    expect(() => to.read(0x112, 1, 'test')).toThrow('never written');
    expect(to.writerOf(0x110)).toBe(3);
    expect(to.countWrapped(4, (i) => 0x110 + i)).toBe(1);
  });

  it('assumed written, stays so behind a copy of bytes that were not', () => {
    const [from, to] = [memory('L1', 0), memory()];
    to.assumeWritten(PRELOADED);
    to.copyFrom(from, 0, 0x110, 4, 3, 'test');
    expect(to.read(0x110, 4, 'test').length).toBe(4);
    expect(to.writerOf(0x110)).toBe(3);
  });

  it('writing over a wrapped byte clears the mark', () => {
    const m = memory();
    m.write(0x100, Uint8Array.of(1), 0, 'test');
    m.markWrapped(0x100);
    m.write(0x100, Uint8Array.of(1), 0, 'test');
    expect(m.countWrapped(1, () => 0x100)).toBe(0);
  });

  it('forgets everything but its content', () => {
    const m = memory();
    m.write(0x100, Uint8Array.of(5), 0, 'test');
    m.forget();
    expect(m.peek(0x100, 1, 'test')[0]).toBe(5);
    expect(() => m.read(0x100, 1, 'test')).toThrow('never written');
  });

  it('who writes past it says so, byte by byte', () => {
    const m = memory();
    m.raw()[0x10] = 7;
    m.markWritten(0x110, 2, 9);
    expect([m.peek(0x110, 1, 'test')[0], m.writerOf(0x10f), m.writerOf(0x110), m.writerOf(0x111)]).toEqual([
      7,
      NEVER,
      9,
      9,
    ]);
    expect([m.writerOf(0x112), m.isWritten(0x110, 2), m.isWritten(0x10f, 2), m.isWritten(0x111, 2)]).toEqual([
      NEVER,
      true,
      false,
      false,
    ]);
  });

  it('a copy into memory assumed written keeps marks and touches nothing behind it', () => {
    const [from, to] = [memory('L1', 0), memory()];
    from.write(0, Uint8Array.of(1), 1, 'test');
    from.markWrapped(0);
    to.assumeWritten(PRELOADED);
    to.forget();
    to.copyFrom(from, 0, 0x110, 2, 3, 'test');
    expect([to.countWrapped(1, () => 0x110), to.isWritten(0x110, 2), to.isWritten(0x112, 1)]).toEqual([
      1,
      true,
      false,
    ]);
  });

  it('marks of who wrote: -2 nobody, -1 what lay there before the run', () =>
    expect([NEVER, PRELOADED]).toEqual([-2, -1]));
});

describe('snapshots', () => {
  /** 64 bytes, of which 8..24 are written: 1, 2, ... */
  function started(): Memory {
    const m = new Memory('M', 0x100, 64);
    m.write(
      0x108,
      Uint8Array.from({ length: 16 }, (_, i) => i + 1),
      0,
      'test',
    );
    return m;
  }

  it.each<[string, (m: Memory) => void, readonly (readonly [number, number])[]]>([
    ['nothing', () => {}, []],
    ['the same bytes again', (m) => m.write(0x108, Uint8Array.of(1, 2, 3), 5, 'test'), []],
    ['a byte', (m) => m.write(0x10b, Uint8Array.of(9), 1, 'test'), [[0x10b, 0x10c]]],
    ['bytes written beyond', (m) => m.write(0x118, Uint8Array.of(7, 7), 1, 'test'), [[0x118, 0x11a]]],
    [
      'poison written where nothing was',
      (m) => m.write(0x100, Uint8Array.of(0xa5), 1, 'test'),
      [[0x100, 0x101]],
    ],
    ['all forgotten', (m) => m.forget(), [[0x108, 0x118]]],
    [
      'two places',
      (m) => {
        m.write(0x109, Uint8Array.of(0, 0), 1, 'test');
        m.write(0x117, Uint8Array.of(0), 1, 'test');
      },
      [
        [0x109, 0x10b],
        [0x117, 0x118],
      ],
    ],
  ])('%s: the differences, and none once rolled back', (_, change, expected) => {
    const m = started();
    const before = m.snapshot();
    change(m);
    expect(m.differences(before).map(({ lo, hi }) => [lo, hi])).toEqual(expected);
    m.rollBack(before);
    expect(m.differences(before)).toEqual([]);
    expect([m.isWritten(0x108, 16), m.isWritten(0x107, 1), m.isWritten(0x118, 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([...m.read(0x108, 3, 'test')]).toEqual([1, 2, 3]);
  });

  it('paste brings bytes back with what nothing has written', () => {
    const m = started();
    const part = m.cut({ lo: 0x106, hi: 0x10a });
    m.write(0x106, Uint8Array.of(0, 0, 0, 0), 1, 'test');
    m.paste(0x106, part);
    expect([m.isWritten(0x106, 1), m.isWritten(0x107, 1), m.isWritten(0x108, 2)]).toEqual([
      false,
      false,
      true,
    ]);
    expect([...m.read(0x108, 2, 'test')]).toEqual([1, 2]);
  });
});

describe('what is written', () => {
  const SIZE = 1024;
  const range = fc.tuple(fc.nat(SIZE), fc.nat(300)).map(([at, n]) => [at, Math.min(n, SIZE - at)] as const);
  const acts = fc.array(
    fc.tuple(
      fc.constantFrom(
        'write',
        'planes',
        'word',
        'copy',
        'forget',
        'keep',
        'back',
        'cut',
        'ask',
      ) as fc.Arbitrary<string>,
      range,
      range,
    ),
    { maxLength: 40 },
  );

  it('is what a set of bytes says, whatever was done before', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const m = new Memory('M', 0, SIZE);
        let bytes = new Set<number>();
        let kept = { snapshot: m.snapshot(), bytes: new Set(bytes) };
        const add = (at: number, n: number) => {
          for (let i = at; i < at + n; i++) bytes.add(i);
        };
        for (const [act, [at, n], [other]] of list) {
          const to = Math.min(other, SIZE - n);
          if (act === 'write') {
            m.write(at, new Uint8Array(n), 1, 'test');
            add(at, n);
          } else if (act === 'planes') {
            m.writePlanes(at, new Uint8Array(n & ~15), 16, 1, 'test');
            add(at, n & ~15);
          } else if (act === 'word' && at + 4 <= SIZE) {
            m.writeWord(at, 0, 1, 'test');
            add(at, 4);
          } else if (act === 'copy') {
            const from = new Set(bytes);
            m.copyFrom(m, at, to, n, 1, 'test');
            for (let i = 0; i < n; i++)
              if (from.has(at + i)) bytes.add(to + i);
              else bytes.delete(to + i);
          } else if (act === 'cut') {
            const part = m.cut({ lo: at, hi: at + n });
            const from = new Set(bytes);
            m.paste(to, part);
            for (let i = 0; i < n; i++)
              if (from.has(at + i)) bytes.add(to + i);
              else bytes.delete(to + i);
          } else if (act === 'forget') {
            m.forget();
            bytes.clear();
          } else if (act === 'keep') kept = { snapshot: m.snapshot(), bytes: new Set(bytes) };
          else if (act === 'back') {
            m.rollBack(kept.snapshot);
            bytes = new Set(kept.bytes);
          }
          const gap = Array.from({ length: n }, (_, i) => at + i).find((i) => !bytes.has(i));
          expect([act, m.firstUnwritten(at, n, 'test'), m.isWritten(at, n)]).toEqual([
            act,
            gap,
            gap === undefined,
          ]);
        }
      }),
      { numRuns: runs(2000, 200), seed: 8 },
    );
  });

  it('is taken back by a copy of bytes that were not, in the midst of a long range', () => {
    const l1 = new Memory('L1', 0, 1024);
    const l2 = new Memory('L2', 0, 1024);
    l1.write(0, new Uint8Array(512), 1, 'test');
    expect(l1.isWritten(0, 512)).toBe(true);
    l1.copyFrom(l2, 0, 100, 200, 2, 'test');
    expect([l1.isWritten(0, 512), l1.firstUnwritten(0, 512, 'test'), l1.isWritten(300, 212)]).toEqual([
      false,
      100,
      true,
    ]);
  });

  it('is nothing in a memory that takes over what a released one used', () => {
    const first = memory('L1', 0);
    first.write(8, new Uint8Array(8), 1, 'test');
    first.forget();
    first.write(0, new Uint8Array(4), 1, 'test');
    first.release();
    expect(() => first.peek(0, 1, 'test')).toThrow('L1 of a run that is over');
    expect(() => first.isWritten(0, 1)).toThrow('L1 of a run that is over');
    const second = memory();
    expect([second.firstUnwritten(0x100, 64, 'test'), second.writerOf(0x108)]).toEqual([0x100, NEVER]);
    expect(new Set(second.peek(0x100, 64, 'test'))).toEqual(new Set([0xa5]));
  });
});
