import { describe, expect, it } from 'vitest';
import { Code, encodeModule, OP } from '../../sim/rv32/wasm/binary.js';

/** The WebAssembly core specification, 5.2: numbers in LEB128. */
describe("WebAssembly's numbers", () => {
  it.each([
    [0, [0x00]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('unsigned %i', (value, bytes) => expect([...new Code().unsigned(value).bytes]).toEqual(bytes));
  it.each([
    [0, [0x00]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [-0x80000000, [0x80, 0x80, 0x80, 0x80, 0x78]],
    [0xffffffff, [0x7f]],
  ])('i32.const %i', (value, bytes) => expect([...new Code().int(value).bytes]).toEqual([0x41, ...bytes]));
});

describe('code', () => {
  it('grows by single bytes and by many', () => {
    const code = new Code();
    for (let i = 0; i < 3000; i++) code.op(i & 0xff);
    code.append(new Uint8Array(5000).fill(7));
    expect(code.length).toBe(8000);
    expect([
      code.bytes[1023],
      code.bytes[1024],
      code.bytes[2999],
      code.bytes[3000],
      code.bytes[7999],
    ]).toEqual([0xff, 0x00, 0xb7, 7, 7]);
  });
  it('takes back what stands behind a length', () => {
    const code = new Code().op(1).op(2).op(3);
    code.cut(1);
    expect([...code.op(9).bytes]).toEqual([1, 9]);
  });
  // 5.4.6: alignment as a power of two, then the offset.
  it.each([
    ['load32', [0x28, 2, 8]],
    ['store32', [0x36, 2, 8]],
    ['load16S', [0x2e, 1, 8]],
    ['load16U', [0x2f, 1, 8]],
    ['store16', [0x3b, 1, 8]],
    ['load8S', [0x2c, 0, 8]],
    ['store8', [0x3a, 0, 8]],
  ] as const)('%s promises its alignment', (name, bytes) =>
    expect([...new Code().memory(OP[name], 8).bytes]).toEqual(bytes),
  );
  it('br_table has its length, its targets and where to go otherwise', () =>
    expect([...new Code().brTable([3, 200], 1).bytes]).toEqual([0x0e, 2, 3, 200, 1, 1]));
});

it('a module of one function, byte by byte', () => {
  const body = new Code().int(42);
  expect([...encodeModule({ body, locals: 3, imports: [2], pages: 1 })]).toEqual([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...[1, 12, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 1, 0x7f], // types: i32 -> i32, (i32, i32) -> i32
    ...[2, 24, 2, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 1, 1, 1], // env.memory, 1 page
    ...[3, 0x65, 0x6e, 0x76, 1, 0x30, 0, 1], // env.0, of type 1
    ...[3, 2, 1, 0], // one function of type 0
    ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 1], // exported as run: function 1, behind the import
    ...[10, 8, 1, 6, 1, 3, 0x7f, 0x41, 42, 0x0b], // 3 locals of i32; i32.const 42; end
  ]);
});
