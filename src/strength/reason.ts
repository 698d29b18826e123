import { coreLayout } from '../../sim/isa/layout.js';
import type { Operation } from '../../sim/isa/operation.js';
import type { Tensor } from '../base/tensor.js';
import { type Span, touch } from './access.js';
import type { Fault, Place } from './faults/fault.js';
import type { GoodRun } from './good-run.js';
import type { Outcome } from './trial.js';

/** Why nothing noticed a fault. Reasons with the same key are of one sort. */
export interface Reason {
  readonly key: string;
  readonly text: string;
}

/** Values of a tensor that say whether a fault can show in them. */
interface Values {
  readonly count: number;
  readonly zero: number;
  /** At an end of int8. */
  readonly saturated: number;
  readonly negative: number;
  readonly largest: number;
}

function valuesOf(data: ArrayLike<number>, from = 0, to = data.length): Values {
  let [zero, saturated, negative, largest] = [0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const v = data[i]!;
    if (v === 0) zero++;
    if (v === 127 || v === -128) saturated++;
    if (v < 0) negative++;
    largest = Math.max(largest, Math.abs(v));
  }
  return { count: to - from, zero, saturated, negative, largest };
}

/** The values of one channel of an activation [1, channels, ...]. */
function channelOf({ shape, data }: Tensor, channel: number): Values {
  const size = data.length / (shape[1] ?? 1);
  return valuesOf(data, channel * size, (channel + 1) * size);
}

/** The tensor that a layer reads first: one that lies whole in a buffer which one of its steps reads. */
function inputOf({ program, access, byName }: GoodRun, layer: number): Tensor | undefined {
  const { steps, buffers, layers } = program.manifest;
  const reads = steps.flatMap((s, i): readonly Span[] => (s.layer === layer ? access[i]!.reads : []));
  const first = steps.findIndex((s) => s.layer === layer);
  const found = buffers.find(
    (b) =>
      b.tensor !== undefined &&
      b.tensor !== layers[layer]!.tensor &&
      b.firstStep <= first &&
      first <= b.lastStep &&
      String(b.shape) === String(layers[layer]!.inputs[0]) &&
      touch(reads, [{ memory: b.memory, lo: b.address, hi: b.address + coreLayout(b.shape).bytes }]),
  );
  return found === undefined ? undefined : byName.get(found.tensor!);
}

function operationOf({ program, reports }: GoodRun, layer: number): Operation | undefined {
  const found = program.manifest.steps.findIndex(
    (s, i) => s.layer === layer && reports[i]?.kind === 'compute',
  );
  const report = reports[found];
  return report?.kind === 'compute' ? report.instructions[0]!.operation : undefined;
}

const pinned = ({ zero, saturated }: Values): number => zero + saturated;
/** "all 64 outputs of channel 3 are 0 or saturated" */
function ends(values: Values, of: string): string {
  const { count } = values;
  const n = pinned(values);
  if (count === 1) return `the output of ${of} is ${n === 1 ? '0 or saturated' : 'neither 0 nor saturated'}`;
  return `${n === count ? `all ${count}` : `${n} of ${count}`} outputs of ${of} are 0 or saturated`;
}

/** Why a wrong weight or bias bit does not show. */
function ofArithmetic(run: GoodRun, layer: number, place: Place, output: Tensor): Reason {
  const values = channelOf(output, place.channel);
  const operation = operationOf(run, layer);
  const input = place.input === undefined ? undefined : inputOf(run, layer);
  const seen = input === undefined ? undefined : channelOf(input, place.input!);
  const atEnds = ends(values, `channel ${place.channel}`);
  if (seen?.largest === 0)
    return { key: 'input', text: `its input (channel ${place.input}) is 0 everywhere` };
  if (pinned(values) === values.count) return { key: 'pinned', text: atEnds };
  const step = place.step ?? { size: 2 ** (operation?.shift ?? 0), of: 'the output' };
  const reach = place.weight * (seen?.largest ?? (place.input === undefined ? 1 : 128));
  return {
    key: reach < step.size ? 'small' : 'other',
    text: `it moves a sum by at most ${reach}, a step of ${step.of} is ${step.size}; ${atEnds}`,
  };
}

function ofField(fault: Fault, output: Tensor): Reason | undefined {
  const values = valuesOf(output.data);
  if (fault.kind === 'field activation_function' || fault.kind === 'ReLU behind the batch norm')
    return {
      key: 'relu',
      text: `${values.negative} of ${values.count} outputs are negative, ${values.zero} are 0`,
    };
  if (fault.kind === 'field shift_fixed_point' || fault.kind === 'shift behind the batch norm')
    return { key: 'shift', text: ends(values, 'the layer') };
  return undefined;
}

/** Why nothing noticed a fault, in words with numbers of the run. */
export function reasonOf(run: GoodRun, fault: Fault, outcome: Outcome): Reason {
  const made = run.program.manifest.layers[fault.layer]!;
  const output = made.tensor === undefined ? undefined : run.byName.get(made.tensor);
  if (output === undefined) return { key: 'not held', text: 'the layer makes no tensor that is compared' };
  if (fault.place !== undefined && output.dtype === 'int8')
    return ofArithmetic(run, fault.layer, fault.place, output);
  if (outcome === 'unread') return { key: 'unread', text: 'no later step reads the bytes that it changed' };
  const values = valuesOf(output.data);
  const atEnds = ends(values, 'the layer');
  if (outcome === 'masked')
    return { key: 'masked', text: `what follows comes to the same values; ${atEnds}` };
  return ofField(fault, output) ?? { key: 'same', text: `the layer writes the same bytes; ${atEnds}` };
}
