import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import type { FieldName } from '../../../sim/isa/instruction.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { MEMCPY_OP, REGISTERS } from '../../../sim/isa/registers.js';
import { tensorBytes } from '../../../sim/program/tensor-access.js';
import { smallest } from '../../base/extremes.js';
import type { Buffer, JobStep, RegisterWrite, Tile } from '../../program/types.js';
import { fieldAddress, insertStep } from '../edit.js';
import type { Job } from '../jobs.js';
import { extentOf, type Recogniser, type Suspect, type Suspicion } from '../suspect.js';
import { askedFields } from './instruction.js';
import { findBytes, packedWeights, weightOffset } from './weights.js';

/** A copy of a whole tensor in the core's layout. */
const copyOf = (s: Suspect, op: number, b: Buffer, l1: number, note: string): JobStep => ({
  kind: 'job',
  layer: s.faulty.layer,
  tile: 0,
  stores: [],
  writes: [
    [REGISTERS.MEMCPY_OP, op],
    [REGISTERS.MEMCPY_ADDR, b.address],
    [REGISTERS.MEMCPY_N, Math.ceil(tensorBytes(b) / 32) * 8],
    [REGISTERS.L1ADDR, l1 / LINE_BYTES],
    [REGISTERS.TRIGGER, 1],
  ],
  note,
  completes: [],
});

const suspicion = (
  s: Suspect,
  kind: 'copy-missing' | 'compute-missing',
  claim: string,
  evidence: string,
  list: readonly { at: number; job: JobStep }[],
): Suspicion => ({
  kind,
  claim,
  evidence: `${evidence}; ${s.wrong.length === 0 ? 'the chip refuses the layer' : `${s.wrong.length} wrong outputs in ${extentOf(s)}`}`,
  strength: 0.93,
  repairs: list.map(({ at, job }) => ({
    says: `one more job before step ${at}: ${job.note}`,
    change: () => insertStep(s.program, at, job),
  })),
});

/** A sum of pixels has its operands in banks. */
const copiesOperandsByBanks = ({ layer, asked }: Suspect): boolean =>
  layer.pixels === true && asked?.kind === 'sum';

/** Operands that nothing brings to L1: no copy covers the address that the jobs read from, and no tensor was left there. */
function uncovered(s: Suspect): Suspicion[] {
  const { buffers } = s.program.manifest;
  const computes = s.jobs.filter((j) => j.fields !== undefined);
  const first = computes[0];
  // Copies of banks are the analog port's (analog.ts).
  if (first === undefined || s.asked === undefined || copiesOperandsByBanks(s)) return [];
  const live = buffers.filter((b) => b.firstStep <= first.step + 1 && b.lastStep >= first.step - 1);
  const covered = (at: number): boolean =>
    live.some(
      (b) => b.memory === 'L1' && b.address <= at && at < b.address + b.bytes && b.tensor !== s.layer.tensor,
    ) ||
    s.jobs.some((j) => {
      const to = (j.registers.get('L1ADDR') ?? 0) * LINE_BYTES;
      return j.kind === 'copyIn' && to <= at && at < to + (j.registers.get('MEMCPY_N') ?? 0) * WORD_BYTES;
    });
  const pointers: FieldName[] =
    s.asked.kind === 'sum' ? ['input_memory_pointer', 'weight_memory_pointer'] : ['input_memory_pointer'];
  return pointers.flatMap((field, operand): Suspicion[] => {
    const at = first.fields![field];
    if (covered(at)) return [];
    const name = s.inputNames[operand];
    const sources = live.filter((b) => b.memory === 'L2' && b.layout === 'core' && b.tensor === name);
    // A copy that brings it to another place is another fault.
    const brought = s.jobs.some((j) => {
      const from = j.registers.get('MEMCPY_ADDR') ?? 0;
      return j.kind === 'copyIn' && sources.some((b) => b.address <= from && from < b.address + b.bytes);
    });
    if (brought) return [];
    return [
      suspicion(
        s,
        'copy-missing',
        `nothing copies tensor ${name} to L1, where the layer reads it`,
        `step ${first.step} reads L1 ${at}; no copy in covers it and no tensor was left there`,
        sources.map((b) => ({
          at: first.step,
          job: copyOf(s, MEMCPY_OP.l2ToL1, b, at, `copy in tensor ${name} whole`),
        })),
      ),
    ];
  });
}

/** A tensor that should end in L2, where no copy of the layer goes. */
function neverOut(s: Suspect): Suspicion[] {
  const { buffers } = s.program.manifest;
  const computes = s.jobs.filter((j) => j.fields !== undefined);
  if (computes.length === 0 || s.layer.pixels === true || s.jobs.some((j) => j.kind === 'copyOut')) return [];
  const target = buffers.find((b) => b.memory === 'L2' && b.layout === 'core' && b.tensor === s.layer.tensor);
  if (target === undefined) return [];
  const from = smallest(computes.map((j) => j.fields!.output_memory_pointer));
  const at = s.jobs.at(-1)!.step + 1;
  const note = `copy out tensor ${target.tensor} whole`;
  return [
    suspicion(
      s,
      'copy-missing',
      `nothing copies tensor ${target.tensor} out to L2`,
      'the layer has no copy out',
      [{ at, job: { ...copyOf(s, MEMCPY_OP.l1ToL2, target, from, note), tile: s.jobs.at(-1)!.tile } }],
    ),
  ];
}

/** The weights that a tile's job loads, as register writes; undefined where the image does not hold the model's. */
function weightWrites(s: Suspect, tile: Tile, channel: number): RegisterWrite[] | undefined {
  const l = s.asked;
  if (l === undefined || l.kind === 'sum') return [];
  const { offset, bytes } = weightOffset(l, tile, channel);
  const wanted = packedWeights(l).slice(offset, offset + bytes);
  const at = findBytes(s.program, wanted, s.program.manifest.image.address);
  const [address, length] =
    l.kind === 'dense'
      ? [REGISTERS.WT_FC_ADDR, REGISTERS.WT_FC_N]
      : [REGISTERS.WT_CONV_ADDR, REGISTERS.WT_CONV_N];
  return at === undefined
    ? undefined
    : [
        [address, at],
        [length, bytes / WORD_BYTES],
      ];
}

/** A compute job with these fields, fetched from where `like` fetches. */
function computeLike(
  like: JobStep,
  tile: number,
  fields: Partial<Record<FieldName, number>>,
  weights: RegisterWrite[],
  note: string,
): JobStep {
  const at = like.writes.find(([o]) => o === REGISTERS.IM_ADDR)?.[1] ?? 0;
  const own = new Set(weights.map(([o]) => o));
  return {
    ...like,
    tile,
    stores: (Object.entries(fields) as [FieldName, number][]).map(([f, v]) => [fieldAddress(at, f), v]),
    writes: [...like.writes.slice(0, -1).filter(([o]) => !own.has(o)), ...weights, ...like.writes.slice(-1)],
    note,
    completes: [],
  };
}

/** Tiles without a compute job, of layers that have others: the same instruction for this tile. */
function tilesWithout(s: Suspect): Suspicion[] {
  const { asked } = s;
  const computes = s.jobs.filter(
    (j): j is Job & { fields: NonNullable<Job['fields']> } => j.fields !== undefined,
  );
  if (asked === undefined) return [];
  return s.layer.tiles.flatMap((tile, t): Suspicion[] => {
    const own = s.jobs.filter((j) => j.tile === t);
    const mine = own.filter((j) => j.kind === 'compute');
    const wanted = asked.kind === 'conv' && asked.depthwise ? tile.k.hi - tile.k.lo : 1;
    if (mine.length >= wanted) return [];
    if (wanted > 1 && mine.length > 0) return withoutChannel(s, t, tile);
    const others = computes.filter((j) => j.tile !== t);
    const like = others.find((j) => j.tile === t - 1) ?? others[0];
    const firstOut = own.find((j) => j.kind === 'copyOut')?.step;
    const at = firstOut ?? (own.at(-1)?.step ?? tileStep(s, t)) + 1;
    if (like === undefined) return alone(s, tile, t, at);
    const from = s.layer.tiles[like.tile]!;
    const weights = weightWrites(s, tile, tile.k.lo);
    if (weights === undefined) return [];
    const {
      input_memory_pointer: input,
      output_memory_pointer: output,
      weight_memory_pointer: b,
    } = like.fields;
    const plane = coreLayout(asked.output).planeBytes;
    const by =
      asked.kind === 'sum'
        ? tile.x.lo - from.x.lo
        : asked.kind === 'dense'
          ? tile.k.lo - from.k.lo
          : (tile.k.lo - from.k.lo) * plane;
    const held = { ...like.fields };
    const jobs = [by, 0].map((d) =>
      computeLike(
        like.job,
        t,
        {
          ...held,
          ...askedFields(asked, tile, like.fields, s.layer.pixels === true),
          input_memory_pointer: input,
          output_memory_pointer: output + d,
          weight_memory_pointer: b,
        },
        weights,
        `compute tile ${t} as step ${like.step} does tile ${like.tile}, output at L1 ${output + d}`,
      ),
    );
    return [
      suspicion(
        s,
        'compute-missing',
        `tile ${t} has no compute job`,
        `${s.layer.tiles.length} tiles, ${computes.length} compute jobs`,
        jobs.map((job) => ({ at, job })),
      ),
    ];
  });
}

const tileStep = (s: Suspect, tile: number): number =>
  s.program.manifest.steps.findIndex(
    (x) => x.kind === 'tile' && x.layer === s.faulty.layer && x.tile === tile,
  );

/** A depthwise tile with a job too few: the channel whose planes nothing reads. */
function withoutChannel(s: Suspect, t: number, tile: Tile): Suspicion[] {
  const mine = s.jobs.filter(
    (j): j is Job & { fields: NonNullable<Job['fields']> } => j.tile === t && j.fields !== undefined,
  );
  const planes = (of: FieldName): number => {
    const steps = mine.slice(1).map((j, i) => j.fields[of] - mine[i]!.fields[of]);
    return smallest(steps.filter((d) => d > 0));
  };
  const [input, output] = [planes('input_memory_pointer'), planes('output_memory_pointer')];
  if (!Number.isFinite(input) || !Number.isFinite(output)) return [];
  const base = mine[0]!.fields;
  // Where the numbers jump by two planes; otherwise the first or the last channel.
  const jump = mine
    .slice(1)
    .findIndex((j, i) => j.fields.input_memory_pointer - mine[i]!.fields.input_memory_pointer > input);
  const places = jump >= 0 ? [jump + 1] : [mine.length, 0];
  const list = places.flatMap((nth) => {
    const channel = tile.k.lo + nth;
    const weights = weightWrites(s, tile, channel);
    if (weights === undefined) return [];
    const shift = nth === 0 ? -1 : nth;
    const fields = {
      ...base,
      input_memory_pointer: base.input_memory_pointer + shift * input,
      output_memory_pointer: base.output_memory_pointer + shift * output,
    };
    const next = mine[nth];
    const at = next?.step ?? mine.at(-1)!.step + 1;
    return [{ at, job: computeLike(mine[0]!.job, t, fields, weights, `compute channel ${channel}`) }];
  });
  return [
    suspicion(
      s,
      'compute-missing',
      `a channel of tile ${t} has no compute job`,
      `${tile.k.hi - tile.k.lo} channels, ${mine.length} jobs`,
      list,
    ),
  ];
}

/** A layer without any compute job: with the instruction of the image that no job fetches. */
function alone(s: Suspect, tile: Tile, t: number, at: number): Suspicion[] {
  const { asked } = s;
  if (asked === undefined) return [];
  const { steps, buffers } = s.program.manifest;
  const fetched = new Set(
    steps.flatMap((x) => (x.kind === 'job' ? [x.writes.find(([o]) => o === REGISTERS.IM_ADDR)?.[1]] : [])),
  );
  const like = steps.find((x): x is JobStep => {
    const other = x.kind === 'job' ? s.program.manifest.layers[x.layer] : undefined;
    return (
      x.kind === 'job' &&
      x.note.startsWith('compute') &&
      x.layer !== s.faulty.layer &&
      other?.operators[0] === s.layer.operators[0]
    );
  });
  const weights = weightWrites(s, tile, tile.k.lo);
  const list = buffers
    .filter((b) => b.role === 'instructions' && !fetched.has(b.address))
    .flatMap((b) =>
      like === undefined || weights === undefined
        ? []
        : [
            {
              at,
              job: computeLike(
                {
                  ...like,
                  layer: s.faulty.layer,
                  writes: like.writes.map(([o, v]) => [o, o === REGISTERS.IM_ADDR ? b.address : v]),
                },
                t,
                {},
                weights,
                `compute with the instruction at ${b.address}, which no job fetches`,
              ),
            },
          ],
    );
  return [
    suspicion(
      s,
      'compute-missing',
      'the layer has no compute job',
      `${s.jobs.length} jobs, all of them copies`,
      list,
    ),
  ];
}

/** Jobs that a layer cannot do without: copies that bring operands, a copy that takes the result, a compute job for each tile. */
export const absent: Recogniser = (s) => [...uncovered(s), ...neverOut(s), ...tilesWithout(s)];
