import type { JobStep, RegisterWrite, Step } from '../../src/program/types.js';
import type { ComputeReport, DigitalCore } from '../core/digital-core.js';
import type { LaneJobs } from '../core/lane-sweep.js';
import { ARRAY_COLUMNS, LINE_BYTES, WORD_BYTES } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';
import { REGISTERS } from '../isa/registers.js';

/** The conv of a job that a depthwise layer repeats; undefined for any other job. */
function repeatable(step: JobStep, report: ComputeReport): ConvOperation | undefined {
  const operation = report.instructions[0]!.operation;
  if (report.instructions.length > 1 || report.oddities.length > 0 || step.completes.length > 0)
    return undefined;
  if (operation.kind !== 'conv' || operation.channels > 1 || operation.blocks > 1) return undefined;
  // Writes below TRIGGER's neighbours do more than set a register.
  const plain = step.writes.every(
    ([offset], i) => offset > REGISTERS.SOFT_CLEAR || i === step.writes.length - 1,
  );
  return plain ? operation : undefined;
}

/** The address that the job loads weights from where its writes are `like` but for that; undefined where they differ. */
function weightsOf(writes: readonly RegisterWrite[], like: readonly RegisterWrite[]): number | undefined {
  if (writes.length !== like.length) return undefined;
  let address: number | undefined;
  for (let i = 0; i < writes.length; i++) {
    const write = writes[i]!;
    const other = like[i]!;
    // Steps share the writes that their layer's jobs have in common.
    if (write === other && write[0] !== REGISTERS.WT_CONV_ADDR) continue;
    if (write[0] !== other[0]) return undefined;
    if (write[0] === REGISTERS.WT_CONV_ADDR) address = write[1];
    else if (write[1] !== other[1]) return undefined;
  }
  return address;
}

/** Numbers by job, for one layer after another. */
class Lists {
  inputs = new Int32Array(256);
  weights = new Int32Array(256);
  count = 0;

  push(input: number, weights: number): void {
    if (this.count === this.inputs.length) {
      this.inputs = grown(this.inputs);
      this.weights = grown(this.weights);
    }
    this.inputs[this.count] = input;
    this.weights[this.count++] = weights;
  }
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(2 * list.length);
  out.set(list);
  return out;
}

/** Made once: a run of a depthwise network has some twenty such layers, and its jobs are swept before the next one is looked at. */
const lists = new Lists();

/**
 * The jobs behind step `first`, whose job just ran on `core` with `report`, that are the same job with other addresses, as the channels of a
 * depthwise layer are. Undefined where there are fewer than three. Good until the next call.
 */
export function jobsLike(
  steps: readonly Step[],
  first: number,
  report: ComputeReport,
  core: DigitalCore,
): LaneJobs | undefined {
  const like = steps[first] as JobStep;
  const operation = repeatable(like, report);
  if (operation === undefined) return undefined;
  const { lo: inputWord } = core.addressWords();
  const plane = operation.outputRows * operation.columnGroups * ARRAY_COLUMNS;
  lists.count = 0;
  let output = operation.output;
  for (let i = first + 1; i < steps.length; i++) {
    const step = steps[i]!;
    if (step.kind !== 'job' || step.layer !== like.layer || step.core !== undefined) break;
    const { stores } = step;
    if (stores.length !== 2 || stores[0]![0] !== inputWord || stores[1]![0] !== inputWord + WORD_BYTES) break;
    const input = stores[0]![1];
    const from = weightsOf(step.writes, like.writes);
    if (from === undefined || from % WORD_BYTES !== 0 || input % LINE_BYTES !== 0) break;
    output += plane;
    if (stores[1]![1] !== output) break;
    lists.push(input, from);
    if (step.completes.length > 0) break;
  }
  const { count } = lists;
  if (count < 3) return undefined;
  const [inputs, weights] = [lists.inputs.subarray(0, count), lists.weights.subarray(0, count)];
  return { operation, inputs, weights, output: operation.output + plane, writer: first + 1 };
}
