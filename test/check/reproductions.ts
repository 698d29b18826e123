import type { FindingKind } from '../../src/results/finding.js';

/** A C program with one known mistake in how it drives the core, and what the sanitizer must say of it: each finding in order. */
export interface Reproduction {
  readonly name: string;
  /** The program; `accelerator.h` comes first. */
  readonly source: string;
  /** What must be found: its kind, and what the sentence must contain. Empty for a program that is right. */
  readonly finds: readonly (readonly [FindingKind, RegExp])[];
}

/** A 3x3 conv of C to 16 channels on 8x16: copies `planes` input planes, loads weights laid out for `laid` channels. */
const channels = (kernel: number, planes: number, laid: number): string => `
static s8 tensor[3 * 8 * 16], weights[CONV_BYTES(16, 16, ${kernel}, ${kernel})], out[16 * 8 * 16], after[64];
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, ${laid}, 16, ${kernel * kernel}, 3, 16);
  to_l1(tensor, 0, ${planes} * 8 * 16);
  conv((struct conv){0, 0x4000, ${planes}, 16, 16, 8, ${kernel}, ${kernel}, 16, 8, 0x${(kernel - 1) / 2}${(kernel - 1) / 2}0${(kernel - 1) / 2}, 4},
       weights, CONV_BYTES(${laid}, 16, ${kernel}, ${kernel}));
  to_l2(out, 0x4000, sizeof out);
  return read_all(out, sizeof out) & 0;
}`;

/** A conv of 4 to 16 channels, 3x3, 8x16, between the given lines. */
const conv = (parts: {
  before?: string;
  after?: string;
  poll?: string;
  globals?: string;
  job?: string;
}): string => `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], out[16 * 8 * 16] __attribute__((aligned(32)));
${parts.globals ?? ''}
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  ${parts.before ?? ''}
  to_l1(tensor, 0, sizeof tensor);
  ${parts.job ?? 'conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);'}
  ${parts.after ?? 'to_l2(out, 0x4000, sizeof out);\n  return read_all(out, sizeof out) & 0;'}
}`;

const two = (cx: number, between: string): string => `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], second[CONV_BYTES(16, 16, 1, 1)], middle[16 * 8 * 16], out[16 * 8 * 32];
static s8 host[16 * 8 * 16] __attribute__((aligned(4)));
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  fill_weights(second, 16, 16, 1, 16, 16);
  to_l1(tensor, 0, sizeof tensor);
  conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  to_l2(middle, 0x4000, sizeof middle);
  ${between}
  conv((struct conv){0, 0x4000, 16, 16, ${cx}, 128 / ${cx}, 1, 1, ${cx}, 128 / ${cx}, 0, 4}, second, sizeof second);
  to_l2(out, 0x4000, sizeof middle);
  return read_all(out, sizeof middle) & 0;
}`;

const depthwise = (neighbour: string, place: string): string => `
static s8 tensor[4 * 8 * 16], other[2 * 8 * 16], weights[CONV_BYTES(1, 16, 3, 3) + 12], out[4 * 8 * 16], total[2 * 8 * 16];
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill(other, sizeof other, 2);
  fill_weights(weights, 1, 16, 9, 1, 16);
  to_l1(tensor, 0, sizeof tensor);
  ${place === 'before' ? `to_l1(other, ${neighbour}, sizeof other);` : ''}
  for (int i = 0; i < 4; i++)
    conv((struct conv){i * 128, 0x4000 + i * 128, 1, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights + 4 * i, CONV_BYTES(1, 16, 3, 3));
  ${place === 'after' ? `to_l1(other, ${neighbour}, sizeof other);` : ''}
  sum(0x4000, ${neighbour}, 0x8000, sizeof other);
  to_l2(total, 0x8000, sizeof total);
  to_l2(out, 0x4000, sizeof out);
  return (read_all(total, sizeof total) + read_all(out, sizeof out)) & 0;
}`;

/** Two tiles of rows, each copied out row block by row block; the rounding of the last copies lies behind their rows. */
const ROUNDED = `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], out[16 * 8 * 16 + 16] __attribute__((aligned(32)));
static void upper(void) {
  for (uint32_t c = 0; c < 4; c++) to_l1(tensor + c * 128, c * 128, 128);
  conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 7, 0x0101, 4}, weights, sizeof weights);
  for (uint32_t k = 0; k < 16; k++) to_l2(out + k * 128, 0x4000 + k * 112, 128);
}
static void lower(void) {
  for (uint32_t c = 0; c < 4; c++) to_l1(tensor + c * 128 + 96, 0x2000 + c * 32, 32);
  conv((struct conv){0x2000, 0x6000, 4, 16, 16, 2, 3, 3, 16, 1, 0x1001, 4}, weights, sizeof weights);
  for (uint32_t k = 0; k < 16; k++) to_l2(out + k * 128 + 112, 0x6000 + k * 16, 32);
}
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  upper();
  lower();
  return read_all(out, 16 * 8 * 16) & 0;
}`;

/** A sum of two tensors of four planes, copied in plane by plane with a distance between planes. */
const strided = (distance: number): string => `
static s8 first[4 * 8 * 16], second[4 * 8 * 16], total[4 * 8 * 16];
int main(void) {
  fill(first, sizeof first, 1);
  fill(second, sizeof second, 2);
  fill(total, sizeof total, 3);
  for (uint32_t c = 0; c < 4; c++) to_l1(first + c * ${distance}, c * 128, 128);
  for (uint32_t c = 0; c < 4; c++) to_l1(second + c * 128, 0x1000 + c * 128, 128);
  sum(0, 0x1000, 0x4000, sizeof first);
  to_l2(total, 0x4000, sizeof total);
  return read_all(total, sizeof total) & 0;
}`;

/**
 * A conv whose output goes into a block of a heap, with HTVM's names for its functions; `own` allocates through a function that jumps there. Between the
 * conv and the copy of its output, `between`.
 */
const heap = (between: string): string => `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)];
static char pool[8192] __attribute__((aligned(32)));
static uint32_t used;
__attribute__((noipa)) void *malloc_wrapper(uint32_t bytes) { void *p = pool + used; used += (bytes + 31) & ~31u; return p; }
__attribute__((noipa)) void free_wrapper(void *p) { used = (uint32_t)((char *)p - pool); }
__attribute__((noipa)) void *own(uint32_t bytes) { return malloc_wrapper(bytes); }
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  s8 *out = malloc_wrapper(16 * 8 * 16);
  to_l1(tensor, 0, sizeof tensor);
  conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  ${between}
  to_l2(out, 0x4000, 16 * 8 * 16);
  return read_all(out, 16 * 8 * 16) & 0;
}`;

/** Two tiles of four output rows; the second one needs a halo row above. `rows` are copied in for it from row `first`. */
const tiles = (first: number, rows: number, body = ''): string => `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], out[16 * 8 * 16];
static void out_rows(uint32_t y) { for (uint32_t k = 0; k < 16; k++) to_l2(out + k * 128 + y * 16, 0x4000 + k * 64, 64); }
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  for (uint32_t c = 0; c < 4; c++) to_l1(tensor + c * 128, c * 80, 80 + 16);
  conv((struct conv){0, 0x4000, 4, 16, 16, 5, 3, 3, 16, 4, 0x0101, 4}, weights, sizeof weights);
  out_rows(0);
  ${body === '' ? `for (uint32_t c = 0; c < 4; c++) to_l1(tensor + c * 128 + ${first} * 16, c * 80, ${rows} * 16);` : body}
  conv((struct conv){0, 0x4000, 4, 16, 16, 5, 3, 3, 16, 4, 0x1001, 4}, weights, sizeof weights);
  out_rows(4);
  return read_all(out, sizeof out) & 0;
}`;

export const REPRODUCTIONS: readonly Reproduction[] = [
  ...[1, 3, 5].map(
    (kernel): Reproduction => ({
      name: `channels rounded up in copy and instruction, not in the weights: 3 to 16, ${kernel}x${kernel}`,
      source: channels(kernel, 16, 3),
      finds: [
        ['outside-object', /copy to L1 of job 0 reads 1664 bytes past the end of tensor/],
        ['inconsistent-sizes', /loads \d+ bytes of weights, its instruction reads \d+/],
      ],
    }),
  ),
  { name: 'channels as they are', source: channels(3, 3, 3), finds: [] },
  {
    name: 'bias planes of two blocks interleaved',
    source: `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 32, 3, 3)], out[32 * 8 * 16];
int main(void) {
  const uint32_t block = 4 * 9 * 16 + 64;
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 32, 9, 4, 32);
  for (uint32_t i = 0; i < 128; i++) {
    int32_t bias = (int32_t)(i % 32) * 9 - 40;
    weights[(i / 64 * block + 4 * 9 * 16 + i % 64) ^ 3] = (s8)(bias >> (8 * (i / 32)));
  }
  to_l1(tensor, 0, sizeof tensor);
  conv((struct conv){0, 0x4000, 4, 32, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  to_l2(out, 0x4000, sizeof out);
  return read_all(out, sizeof out) & 0;
}`,
    finds: [
      [
        'memory-layout',
        /as bias of output channel \d+; all biases are small when read as four planes over all channels/,
      ],
    ],
  },
  {
    name: 'a copy 512 bytes too long that clobbers a neighbour',
    source: conv({
      globals: 'struct { s8 out[16 * 8 * 16]; } first; static s8 room[1024];',
      after: 'to_l2(out, 0x4000, sizeof out + 512);\n  return read_all(out, sizeof out) & room[0] & 0;',
    }),
    finds: [['outside-object', /copy to L2 of job 2 writes 512 bytes past the end of out/]],
  },
  {
    name: "width rounded up to 16 in the accelerator's buffers, not in the host's",
    source: conv({
      globals: 'static s8 dense[16 * 8 * 10] __attribute__((aligned(32)));',
      after: 'to_l2(dense, 0x4000, 16 * 8 * 16);\n  return read_all(dense, sizeof dense) & 0;',
    }),
    finds: [['outside-object', /writes 768 bytes past the end of dense/]],
  },
  {
    name: 'no poll before the results are read',
    source: conv({
      after:
        'CORE(0xA0) = 1; CORE(0xA4) = (uint32_t)out; CORE(0xA8) = sizeof out / 4; CORE(0xAC) = 0x400; CORE(0) = 1;\n  return read_all(out, 8) & 0;',
    }),
    finds: [
      [
        'missing-wait',
        /the host reads 0x\w+ <out> although it has not seen the end of job 2, which writes there/,
      ],
    ],
  },
  {
    name: 'the instruction changed under a job',
    source: conv({
      job: 'set_conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}); start(weights, sizeof weights, 0);\n  ((volatile uint32_t *)instruction)[19] = 5; POLL();',
    }),
    finds: [
      [
        'missing-wait',
        /the host changes 0x\w+ <instruction\+0x4c> although .*reads there \(its instructions\)/,
      ],
    ],
  },
  {
    name: 'registers written under a job',
    source: conv({
      job: 'set_conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}); start(weights, sizeof weights, 0);\n  CORE(0xA0) = 1; POLL();',
    }),
    finds: [['missing-wait', /writes register MEMCPY_OP although it has not seen the end of job 1/]],
  },
  {
    name: 'a tile without its halo row',
    source: tiles(4, 4),
    finds: [
      [
        'stale-data',
        /job 25 computed from L1 0x\w+ \(input channel 0, row 4, column \d+\), which job \d+ copied in and job 4 used/,
      ],
    ],
  },
  { name: 'a tile with its halo row', source: tiles(3, 5), finds: [] },
  {
    name: 'a tile that nobody copied in',
    source: tiles(0, 0, ';'),
    finds: [
      [
        'stale-data',
        /copied out of L1 0x00004000, where still lay what job \d+ had copied out: no job made it anew/,
      ],
    ],
  },
  {
    name: 'input and output overlap in L1',
    source: conv({
      job: 'conv((struct conv){0, 256, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);',
      after: 'to_l2(out, 256, sizeof out);\n  return read_all(out, sizeof out) & 0;',
    }),
    finds: [['stale-data', /writes its output over its own conv input, L1 0x00000100\.\.0x00000200/]],
  },
  {
    name: 'a tensor in the order of the host given to the core',
    source: two(
      16,
      'for (uint32_t i = 0; i < sizeof middle; i++) ((volatile s8 *)host)[i] = ((volatile s8 *)middle)[i ^ 3];\n  to_l1(host, 0, sizeof host);',
    ),
    finds: [
      [
        'memory-layout',
        /reads as conv input what job 1 made, but somebody has reversed the bytes of its words/,
      ],
    ],
  },
  {
    name: "a tensor in the core's order given to the core",
    source: two(16, 'to_l1(middle, 0, sizeof middle);'),
    finds: [],
  },
  {
    name: 'a tensor read with another row pitch',
    source: two(32, 'to_l1(middle, 0, sizeof middle);'),
    finds: [['memory-layout', /reads rows of 32 bytes as conv input, but job 1 made them 16 bytes long/]],
  },
  {
    name: 'depthwise slack over a neighbour',
    source: depthwise('0x4200', 'before'),
    finds: [
      [
        'outside-object',
        /the depthwise job \d wrote as slack behind its channel's plane, over what job 1 had copied in/,
      ],
    ],
  },
  { name: 'depthwise slack over nothing', source: depthwise('0x4200', 'after'), finds: [] },
  {
    name: 'a sum after a conv',
    source: conv({
      globals: 'static s8 other[16 * 8 * 16];',
      before: 'fill(other, sizeof other, 4);',
      after:
        'to_l1(other, 0x6000, sizeof other); sum(0x4000, 0x6000, 0x8000, sizeof other);\n  to_l2(out, 0x8000, sizeof out);\n  return read_all(out, sizeof out) & 0;',
    }),
    finds: [],
  },
  {
    name: 'an input plane that nobody copied in',
    source: conv({
      job: 'conv((struct conv){0, 0x4000, 4, 16, 16, 9, 3, 3, 16, 8, 0x0101, 4}, weights, sizeof weights);',
      after: 'to_l2(out, 0x4000, sizeof out);\n  return read_all(out, sizeof out) & 0;',
    }),
    finds: [
      [
        'inconsistent-sizes',
        /which job 1 takes for input, as its instruction reads 576 bytes from L1 0x00000000; only 512 were copied in/,
      ],
    ],
  },
  {
    name: 'a value computed from bytes that nothing has written',
    source: conv({
      job: 'to_l1(tensor, 512 * 2, 512); conv((struct conv){512, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);',
    }),
    finds: [
      [
        'undefined-data',
        /the host reads 0x\w+ <out\+?\w*>, which job 2 computed from L1 0x00000203 \(input channel 0, row 0, column 0\), which nothing has written/,
      ],
    ],
  },
  {
    name: 'planes of the output that nobody copies out',
    source: conv({
      after: 'to_l2(out, 0x4000, sizeof out / 2);\n  return read_all(out, sizeof out / 2) & 0;',
    }),
    finds: [
      [
        'inconsistent-sizes',
        /job 1 made 64 rows that nobody copies out or computes with, the first one row 0 of output channel 8/,
      ],
    ],
  },
  {
    name: 'an output overwritten before it was copied out',
    source: conv({
      after:
        'to_l1(tensor, 0x4000, sizeof tensor);\n  to_l2(out, 0x4000, sizeof out);\n  return read_all(out, sizeof out) & 0;',
    }),
    finds: [
      ['stale-data', /the output of job 1 is overwritten by job 2 before anything was copied out of it/],
    ],
  },
  {
    name: 'the rounding of the last rows over the first rows of the next channel',
    source: ROUNDED,
    finds: [
      [
        'stale-data',
        /where job \d+ had copied out a result of job 4: the last 16 of the 32 bytes that job \d+ copied out lie over it/,
      ],
    ],
  },
  {
    name: 'planes of another tensor, by a wrong stride',
    source: strided(256),
    finds: [
      [
        'outside-object',
        /the sum operand A of job 8 begins with what job 0 copied in from first, and goes on with what job 2 copied in from second/,
      ],
    ],
  },
  {
    name: 'planes by half of their stride',
    source: strided(64),
    finds: [
      [
        'memory-layout',
        /the sum operand A of job 8 holds bytes twice: job 0 copied in 128 bytes from 0x[0-9a-f]+ <first>, and the next ones, by job 1, begin only 64 bytes behind that/,
      ],
    ],
  },
  {
    name: 'an output into a heap block that was released',
    source: heap('free_wrapper(out);'),
    finds: [
      [
        'outside-object',
        /the copy to L2 of job 2 writes a heap block of 2048 bytes \(malloc_wrapper called at 0x\w+ <main\+0x\w+>\) that is no longer in use: free_wrapper called at 0x\w+ <main/,
      ],
    ],
  },
  {
    name: 'a heap block released and given out again',
    source: heap('free_wrapper(out); own(2048);'),
    finds: [],
  },
  { name: 'planes by their own stride', source: strided(128), finds: [] },
  {
    name: 'bias planes over all channels, cut as for one block',
    source: `
static s8 tensor[4 * 8 * 16], weights[CONV_BYTES(4, 32, 3, 3)], out[32 * 8 * 16];
int main(void) {
  const uint32_t block = 4 * 9 * 16 + 64;
  fill(tensor, sizeof tensor, 1);
  fill_weights(weights, 4, 32, 9, 4, 32);
  for (uint32_t b = 0; b < 2; b++)
    for (uint32_t i = 0; i < 64; i++) {
      uint32_t flat = b * 16 + i; // of four planes of 32 channels
      int32_t bias = (int32_t)(flat % 32) * 9 - 40;
      weights[(b * block + 4 * 9 * 16 + i) ^ 3] = (s8)(bias >> (8 * (flat / 32)));
    }
  to_l1(tensor, 0, sizeof tensor);
  conv((struct conv){0, 0x4000, 4, 32, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  to_l2(out, 0x4000, sizeof out);
  return read_all(out, sizeof out) & 0;
}`,
    finds: [
      [
        'memory-layout',
        /as bias of output channel \d+; the four planes of each block of 16 channels are those of the block before, moved by one/,
      ],
    ],
  },
];
