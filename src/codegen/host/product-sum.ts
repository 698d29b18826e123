import {
  bandBytes,
  bandRows,
  columnBytes,
  type ProductSum,
  readInPlace,
} from '../../program/product-sums.js';
import type { Operand } from '../../program/types.js';
import type { CWriter } from '../c/writer.js';
import { operand, Position, plus, times } from './position.js';

/** What the code of a blocked kernel is made from. */
export interface BlockedKernel {
  readonly out: CWriter;
  readonly sum: ProductSum;
  /** C expressions of the pointers to data, weights and result, and of a bias; "0" for none. */
  readonly data: string;
  readonly weights: string;
  readonly bias: string;
  readonly output: string;
  /** The value of an operand that is a constant of one element. */
  readonly scalar: (o: Operand) => string;
  /** Writes the statements that store the result's element at a position, made from a sum. */
  readonly rest: (at: Position, sum: string) => void;
}

const plane = ([rows, columns]: readonly [number, number]): number => rows * columns;

/** The window as a constant of the kernel. */
function writeWindow(w: CWriter, s: ProductSum): void {
  const [dy, dx] = s.dilation;
  w.line(
    `static const host_window window = { ${[
      s.inputs,
      ...s.input,
      ...s.kernel,
      ...s.stride,
      dy,
      dx,
      ...s.before,
      ...s.output,
      s.kind === 'rows' || s.kind === 'direct' ? bandRows(s) : 0,
      readInPlace(s) ? 1 : 0,
    ].join(', ')} };`,
  );
}

/** `host_output`: the result itself, or the scratch behind `words` words of it. */
function writeOutput(k: BlockedKernel, words: number): void {
  const { requantized } = k.sum;
  if (requantized === null) {
    k.out.line(`int32_t *const sums = host_scratch${words === 0 ? '' : ` + ${words}`};`);
    k.out.line('const host_output sink = { sums, 0, 0, 0, 0 };');
    return;
  }
  const shift = requantized.shift === null ? '0' : k.scalar(requantized.shift);
  k.out.line(
    `const host_output sink = { 0, ${k.output}, ${shift}, ${requantized.low}, ${requantized.high} };`,
  );
}

/** Loops over `count` where it is more than 1; the index is "0" otherwise. */
function over(w: CWriter, name: string, count: number, body: (index: string) => void): void {
  if (count === 1) body('0');
  else w.loop(name, count, () => body(name));
}

const offset = (pointer: string, by: string): string => (by === '0' ? pointer : `${pointer} + ${by}`);

/** Vectors: every row of the batch is its own column. */
function dense(k: BlockedKernel): void {
  const { out, sum } = k;
  const { channels, inputs } = sum;
  writeOutput(k, 0);
  over(out, 'n', sum.batch, (n) => {
    const first = sum.requantized === null ? '0' : times(n, channels);
    out.line(
      `host_products(&sink, ${first}, 1, ${k.weights}, ${k.bias}, ${channels}, ${offset(k.data, times(n, inputs))}, 1, ${inputs});`,
    );
    if (sum.requantized === null)
      out.loop('c', channels, () => k.rest(Position.ofAxes([sum.batch, channels], [n, 'c']), 'sums[c]'));
  });
}

interface GroupPlace {
  readonly n: string;
  readonly group: string;
  readonly data: string;
  readonly weights: string;
  readonly bias: string;
  /** Number of the group's first output channel in the tensor, counted through the batch. */
  readonly firstPlane: string;
}

/** Loops over images and groups of channels. */
function overGroups(k: BlockedKernel, body: (at: GroupPlace) => void): void {
  const { out, sum } = k;
  const { groups, channels, inputs } = sum;
  over(out, 'n', sum.batch, (n) =>
    over(out, 'group', groups, (group) => {
      const at = plus(times(n, groups), group);
      body({
        n,
        group,
        data: offset(k.data, times(at, inputs * plane(sum.input))),
        weights: offset(k.weights, times(group, channels * inputs * plane(sum.kernel))),
        bias: k.bias === '0' ? '0' : offset(k.bias, times(group, channels)),
        firstPlane: times(at, channels),
      });
    }),
  );
}

/** Windows in padded rows; always the whole kernel. */
function direct(k: BlockedKernel): void {
  const { out, sum } = k;
  writeWindow(out, sum);
  writeOutput(k, 0);
  overGroups(k, ({ data, weights, bias, firstPlane }) => {
    const first = times(firstPlane, plane(sum.output));
    out.line(`host_direct(&sink, ${first}, ${data}, ${weights}, ${bias}, ${sum.channels}, &window);`);
  });
}

/** Windows of two pixels at a time, and the rest of the kernel for their channels. */
function gathered(k: BlockedKernel): void {
  const { out, sum } = k;
  const { channels, inputs } = sum;
  const pixels = plane(sum.output);
  const bytes = columnBytes(sum);
  const shape = [sum.batch, sum.groups * channels, ...sum.output];
  writeWindow(out, sum);
  writeOutput(k, (2 * bytes) / 4);
  overGroups(k, ({ n, group, data, weights, bias, firstPlane }) => {
    if (sum.requantized !== null) {
      out.line(
        `host_convolution(&sink, ${times(firstPlane, pixels)}, ${data}, ${weights}, ${bias}, ${channels}, &window);`,
      );
      return;
    }
    out.line('int8_t *const columns = (int8_t *)host_scratch;');
    out.line('int32_t y = 0, x = 0;');
    out.block(`for (int32_t pixel = 0; pixel < ${pixels}; pixel += 2)`, () => {
      out.line(`const int32_t count = pixel + 1 < ${pixels} ? 2 : 1;`);
      out.block('for (int32_t i = 0; i < count; ++i)', () => {
        out.line(`host_gather(columns + ${bytes} * i, ${data}, &window, y, x);`);
        out.line(`if (++x == ${sum.output[1]}) x = 0, ++y;`);
      });
      out.line(
        `host_products(&sink, 0, 2, ${weights}, ${bias}, ${channels}, columns, count, ${inputs * plane(sum.kernel)});`,
      );
      over(out, 'c', channels, (c) =>
        out.block('for (int32_t i = 0; i < count; ++i)', () => {
          const channel = plus(times(group, channels), c);
          const flat = plus(times(plus(firstPlane, c), pixels), 'pixel + i');
          const [rows, columns] = [`(pixel + i) / ${sum.output[1]}`, `(pixel + i) % ${sum.output[1]}`];
          const at = Position.ofBoth(shape, [n, channel, rows, columns], flat);
          k.rest(at, `sums[${plus(times(c, 2), 'i')}]`);
        }),
      );
    });
  });
}

/** Planes row by row. */
function rows(k: BlockedKernel): void {
  const { out, sum } = k;
  const { groups, channels } = sum;
  const [oh, ow] = sum.output;
  const all = groups * channels;
  writeWindow(out, sum);
  writeOutput(k, bandBytes(sum) / 4);
  over(out, 'n', sum.batch, (n) => {
    const data = offset(k.data, times(n, groups * plane(sum.input)));
    if (sum.requantized !== null) {
      const first = times(n, all * oh * ow);
      out.line(
        `host_depthwise(&sink, ${first}, ${data}, ${k.weights}, ${k.bias}, ${all}, ${channels}, &window);`,
      );
      return;
    }
    const band = bandRows(sum);
    out.line('host_band_begin(&window);');
    over(out, 'c', all, (c) => {
      const group = channels === 1 ? c : c === '0' ? '0' : `${operand(c)} / ${channels}`;
      const from = offset(data, times(group, plane(sum.input)));
      const weights = offset(k.weights, times(c, plane(sum.kernel)));
      const bias = k.bias === '0' ? '0' : `${operand(k.bias)}[${c}]`;
      out.block(`for (int32_t y = 0; y < ${oh}; y += ${band})`, () => {
        out.line(`const int32_t rows = y + ${band} < ${oh} ? ${band} : ${oh} - y;`);
        out.line(`host_depthwise_band(&sink, 0, ${from}, ${weights}, ${bias}, &window, y, rows);`);
        out.loop('i', ow === 1 ? 'rows' : `${ow} * rows`, () => {
          const flat = plus(plus(times(plus(times(n, all), c), oh * ow), times('y', ow)), 'i');
          const [row, column] = ow === 1 ? ['y + i', '0'] : [`y + i / ${ow}`, `i % ${ow}`];
          k.rest(Position.ofBoth([sum.batch, all, oh, ow], [n, c, row, column], flat), 'sums[i]');
        });
      });
    });
  });
}

/** Writes the body of a kernel whose product sum is computed in blocks by host_nn. */
export function writeProductSum(k: BlockedKernel): void {
  ({ dense, gather: gathered, direct, rows })[k.sum.kind](k);
}
