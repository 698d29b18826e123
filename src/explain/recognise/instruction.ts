import type { FieldName, Fields } from '../../../sim/isa/instruction.js';
import type { ConvLayer, DigitalLayer } from '../../passes/digital-layer.js';
import type { Tile } from '../../program/types.js';
import type { CauseKind } from '../../results/explanation.js';
import { setFields } from '../edit.js';
import type { Job } from '../jobs.js';
import { requantize, sumsOf } from '../sums.js';
import { extentOf, place, type Recogniser, type Suspect, type Suspicion, share } from '../suspect.js';

/** One field of one job that is not what the model and the tile ask for. */
interface Odd {
  readonly job: Job & { readonly fields: Fields };
  readonly field: FieldName;
  readonly right: number;
}

const KIND: Partial<Record<FieldName, CauseKind>> = {
  zero_padding: 'padding',
  conv_strided: 'stride',
  c: 'channels',
  k: 'channels',
  mode: 'geometry',
};

/** Rows of the input that a tile of a conv reads: real rows, and rows of zeros above and below. */
function inputRows(l: ConvLayer, { y }: Tile): { rows: number; top: number; bottom: number } {
  const height = l.input[2]!;
  const first = y.lo * l.stride - l.padTop;
  const end = (y.hi - 1) * l.stride - l.padTop + l.kernelHeight;
  const all = y.lo === 0 && y.hi === l.output[2];
  return {
    rows: all ? height : Math.min(height, end) - Math.max(0, first),
    top: Math.max(0, -first),
    bottom: Math.max(0, end - height),
  };
}

/** What the model and the tile fix in the instruction, whatever the compiler's plan of memory is. */
export function askedFields(
  l: DigitalLayer,
  tile: Tile,
  held: Fields,
  pixels: boolean,
): Partial<Record<FieldName, number>> {
  const extent = tile.x.hi - tile.x.lo;
  if (l.kind === 'sum') return { mode: 3, c: pixels ? extent : Math.ceil(extent / 16) };
  const blocks = Math.ceil((tile.k.hi - tile.k.lo) / 16);
  if (l.kind === 'dense')
    return { mode: 0, c: Math.ceil(l.input[1]! / 16), k: blocks, dilation: 1, write_l2_l1: 2 };
  const { rows, top, bottom } = inputRows(l, tile);
  const width = l.input[3]!;
  const whole = tile.x.lo === 0 && tile.x.hi >= l.output[3]!;
  const pitch = whole ? Math.ceil(width / 16) * 16 : held.cx;
  const dead = whole ? pitch - width : (held.zero_padding >>> 4) & 15;
  const groups = whole ? Math.ceil(l.output[3]! / 16) : held.ox;
  const oy = tile.y.hi - tile.y.lo;
  return {
    mode: 1,
    c: l.depthwise ? 1 : l.input[1]!,
    k: l.depthwise ? 1 : blocks,
    cx: pitch,
    padded_cx: pitch,
    cy: rows,
    size_channel: pitch * rows,
    fx: l.kernelWidth,
    fy: l.kernelHeight,
    ox: groups,
    oy,
    output_channel_size: 16 * groups * oy,
    conv_strided: l.stride - 1,
    zero_padding: l.padLeft | (dead << 4) | (top << 8) | (bottom << 12),
    dilation: 1,
    write_l2_l1: pixels ? 1 : 2,
  };
}

function oddFields(s: Suspect): Odd[] {
  const { asked } = s;
  if (asked === undefined) return [];
  return s.jobs.flatMap((job) => {
    const tile = s.layer.tiles[job.tile];
    const { fields } = job;
    if (fields === undefined || tile === undefined) return [];
    const right = askedFields(asked, tile, fields, s.layer.pixels === true);
    return (Object.keys(right) as FieldName[])
      .filter((f) => fields[f] !== right[f])
      .map((field) => ({ job: { ...job, fields }, field, right: right[field]! }));
  });
}

const text = (field: FieldName, value: number): string =>
  field === 'zero_padding' ? `0x${value.toString(16).padStart(4, '0')}` : String(value);

/** What the wrong elements have in common, for the kinds that show at borders or in steps. */
function where(s: Suspect, kind: CauseKind): string {
  const shape = s.faulty.expected.shape;
  const [, , height = 1, width = 1] = shape;
  if (s.wrong.length === 0) return 'the chip refuses the layer';
  const count = (of: (p: { k: number; y: number; x: number }) => boolean): number =>
    s.wrong.filter((i) => of(place(i, shape))).length;
  const all = s.wrong.length;
  if (kind === 'padding') {
    const left = count((p) => p.x === 0);
    const right = count((p) => p.x === width - 1);
    const tops = new Set(s.layer.tiles.map((t) => t.y.lo));
    const ends = new Set(s.layer.tiles.map((t) => t.y.hi - 1));
    const top = count((p) => tops.has(p.y));
    const bottom = count((p) => ends.has(p.y));
    return `of ${all} wrong outputs ${left} lie in the first column, ${right} in the last, ${top} in a tile's first row, ${bottom} in a last one (of ${height} x ${width})`;
  }
  if (kind === 'channels' && s.asked !== undefined && s.asked.kind !== 'sum') {
    const held = s.jobs.find((j) => j.fields !== undefined)?.fields?.c ?? 0;
    const channels = s.asked.kind === 'dense' ? 16 * held : held;
    const { shift, relu } = s.asked;
    const sums = sumsOf(s.asked, s.inputs, channels);
    const actual = s.faulty.actual?.data;
    const explained = s.wrong.filter((i) => actual?.[i] === requantize(sums[i]!, shift, relu)).length;
    if (explained > 0.5 * all)
      return `${share(explained, all)} wrong outputs are the sums of the first ${channels} input channels alone`;
  }
  return `${all} wrong outputs in ${extentOf(s)}`;
}

/** Instruction fields that are not what the model and the tile's extent ask for: padding, stride, kernel, channels, rows, pitch. */
export const instruction: Recogniser = (s) => {
  const odd = oddFields(s);
  // One fault may show in several fields (cy and size_channel): they are put right together, job by job and all at once.
  const byField = new Map<FieldName, Odd[]>();
  for (const o of odd) byField.set(o.field, [...(byField.get(o.field) ?? []), o]);
  const derived: readonly FieldName[] = ['padded_cx', 'size_channel', 'output_channel_size'];
  const named = [...byField].filter(
    ([f], _, all) => !derived.includes(f) || all.every(([g]) => derived.includes(g)),
  );
  return named.map(([field, list]): Suspicion => {
    const kind = KIND[field] ?? 'geometry';
    const first = list[0]!;
    const held = [...new Set(list.map((o) => text(field, o.job.fields[field])))].slice(0, 3).join(', ');
    const rights = [...new Set(list.map((o) => text(field, o.right)))].slice(0, 3).join(', ');
    const jobs =
      list.length === 1 ? `step ${first.job.step}` : `${list.length} jobs from step ${first.job.step} on`;
    const steps = new Set(list.map((o) => o.job.step));
    const together = (only: (f: FieldName) => boolean) => () =>
      [...steps].reverse().reduce((p, step) => {
        const of = odd.filter((o) => o.job.step === step && only(o.field));
        return setFields(p, step, Object.fromEntries(of.map((o) => [o.field, o.right])), of[0]!.job.fields);
      }, s.program);
    const says = `\`${field}\` ${rights} instead of ${held} in ${jobs}`;
    const others = byField.size > 1 ? [...byField.keys()].filter((f) => f !== field) : [];
    return {
      kind,
      claim: `\`${field}\` is ${held} where the model and the tile ask for ${rights} (${jobs})`,
      evidence: where(s, kind),
      strength: 0.95,
      repairs: [
        { says, change: together((f) => f === field || derived.includes(f)) },
        ...(others.length === 0
          ? []
          : [
              {
                says: `${says}, and ${others.map((f) => `\`${f}\``).join(', ')} with it`,
                change: together(() => true),
              },
            ]),
      ],
    };
  });
};
