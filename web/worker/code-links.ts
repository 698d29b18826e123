import type { FieldName } from '../../sim/isa/instruction.js';
import { layerActions } from '../../src/codegen/accelerator/actions.js';
import { performedBy, writtenCalls } from '../../src/codegen/accelerator/places.js';
import { reroll } from '../../src/codegen/accelerator/reroll.js';
import { kernelFunctions } from '../../src/codegen/network/kernels.js';
import type { Program } from './library.js';

/** What a job does, and the program's step that it is. */
interface Job {
  readonly step: number;
  readonly kind: 'copyIn' | 'copyOut' | 'compute';
}

/** Lines of a text that belong to jobs. */
export interface CodeLink {
  /** First and last line, from 0. */
  readonly from: number;
  readonly to: number;
  /** The jobs, by their steps. */
  readonly steps: readonly number[];
  /** Fields of the instruction that the lines decide. */
  readonly fields: readonly string[];
}

const CALL = /^\s*diana_(analog_)?(copy_in|copy_out|conv|fc|sum)\(/;
const FIELD = /^\s*instruction->(\w+) = /;

/** Lines of a call, with the stores of instruction words in front of it, one link a call in the order of the text. */
function callLines(text: string): Omit<CodeLink, 'steps'>[] {
  const links: Omit<CodeLink, 'steps'>[] = [];
  let fields: string[] = [];
  text.split('\n').forEach((line, i) => {
    const field = FIELD.exec(line)?.[1];
    if (field !== undefined) fields.push(field);
    else {
      if (CALL.test(line)) links.push({ from: i - fields.length, to: i, fields });
      fields = [];
    }
  });
  return links;
}

/**
 * Which jobs each call of an accelerator layer's C makes: the generator rolls the jobs into loops, so that a line may stand for many of them.
 * Empty for host kernels, and for C that is none of ours.
 */
export function linksOfC(program: Program, layer: number, text: string): CodeLink[] {
  const lines = callLines(text);
  if (lines.length === 0) return [];
  const { steps } = kernelFunctions(program)[layer]!;
  const nodes = reroll(layerActions(program, steps));
  const written = writtenCalls(nodes).filter((a) => a.call.kind !== 'tile');
  if (written.length !== lines.length) return [];
  const jobs = new Map(written.map((a) => [a, [] as number[]]));
  performedBy(nodes).forEach((a, i) => {
    jobs.get(a)?.push(steps[i]![0]);
  });
  return lines.map((line, i) => ({ ...line, steps: jobs.get(written[i]!)! }));
}

/** Fields that an operator of a pattern decides; what is in no list is in the weights, or in nothing that a job sees. */
const DECIDES: readonly (readonly [line: RegExp, fields: readonly FieldName[]])[] = [
  [
    /\b(qnn|nn)\.conv2d\(/,
    [
      'mode',
      'c',
      'k',
      'cx',
      'cy',
      'padded_cx',
      'size_channel',
      'fx',
      'fy',
      'ox',
      'oy',
      'output_channel_size',
      'zero_padding',
      'conv_strided',
      'dilation',
    ],
  ],
  [/\bnn\.dense\(/, ['mode', 'c', 'k']],
  [/\badd\(%\d+, %\d+\)/, ['mode', 'c', 'input_memory_pointer', 'weight_memory_pointer']],
  [/\bright_shift\(/, ['shift_fixed_point']],
  [/\bclip\(.*a_min=0f/, ['activation_function']],
];

/** What a line of an accelerator function's Relay text is to the chip. */
function kindsOf(line: string): readonly Job['kind'][] {
  if (/^def /.test(line)) return ['copyIn'];
  if (/^ {4}\S/.test(line)) return ['compute'];
  if (/^ {2}%\d+\(/.test(line)) return ['copyOut'];
  return [];
}

/** The jobs behind each line of an accelerator function's Relay text: copies of its inputs, computing of its operators, copies of its result. */
export function linksOfRelay(text: string, jobs: readonly Job[]): CodeLink[] {
  return text.split('\n').flatMap((line, i) => {
    const kinds = kindsOf(line);
    const steps = jobs.filter((j) => kinds.includes(j.kind)).map((j) => j.step);
    if (steps.length === 0) return [];
    const fields = kinds.includes('compute') ? (DECIDES.find(([of]) => of.test(line))?.[1] ?? []) : [];
    return [{ from: i, to: i, steps, fields }];
  });
}
