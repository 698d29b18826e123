import { LINE_BYTES } from '../isa/geometry.js';
import { decode, FIELDS, type Fields, INSTRUCTION_WORDS } from '../isa/instruction.js';
import type { NoteOddity, Oddity } from '../isa/oddity.js';
import { type Operation, toOperation } from '../isa/operation.js';

/** An instruction that computes something. */
export interface Instruction {
  readonly fields: Fields;
  readonly operation: Operation;
}

const wordOf = (name: keyof Fields): number => FIELDS.findIndex((f) => f.name === name);
const WEIGHTS = wordOf('weight_memory_pointer');
const INPUT = wordOf('input_memory_pointer');
const OUTPUT = wordOf('output_memory_pointer');

/** Whether the words from `from` on are the known ones but for the addresses. */
function sameShape(words: Uint32Array, from: number, known: Uint32Array): boolean {
  for (let i = 0; i < INSTRUCTION_WORDS; i++)
    if (words[from + i] !== known[i] && i !== WEIGHTS && i !== INPUT && i !== OUTPUT) return false;
  return true;
}

/** The operation with other addresses. Field by field: a depthwise layer makes one a channel, and spreading costs several times as much. */
function moved(o: Operation, weights: number, input: number, output: number): Operation {
  switch (o.kind) {
    case 'conv':
      if (o.pixels === true) return { ...o, weights, input, output };
      return {
        kind: o.kind,
        weights,
        input,
        output,
        channels: o.channels,
        blocks: o.blocks,
        pitch: o.pitch,
        rows: o.rows,
        kernelWidth: o.kernelWidth,
        kernelHeight: o.kernelHeight,
        columnGroups: o.columnGroups,
        outputRows: o.outputRows,
        stride: o.stride,
        padding: o.padding,
        shift: o.shift,
        relu: o.relu,
      };
    case 'dense':
      return { ...o, weights, input, output };
    case 'sum':
      return { ...o, inputA: input, inputB: weights, output };
  }
}

/** An instruction that differs from an earlier one in addresses only. Its fields are made when somebody looks at them. */
class MovedInstruction implements Instruction {
  readonly operation: Operation;
  readonly weights: number;
  readonly input: number;
  readonly output: number;
  readonly #shape: Fields;

  constructor(like: Operation, shape: Fields, weights: number, input: number, output: number) {
    this.operation = moved(like, weights, input, output);
    this.#shape = shape;
    this.weights = weights;
    this.input = input;
    this.output = output;
  }

  get fields(): Fields {
    return {
      ...this.#shape,
      weight_memory_pointer: this.weights,
      input_memory_pointer: this.input,
      output_memory_pointer: this.output,
    };
  }
}

/**
 * Decodes instructions, an instruction like the one before it at little cost: the jobs of a depthwise layer differ in nothing but addresses.
 * Says and throws the same as `decode` and `toOperation` on each.
 */
export class InstructionDecoder {
  readonly #words = new Uint32Array(INSTRUCTION_WORDS);
  /** The last instruction that was decoded word by word, and the one that came last. */
  #shape: Instruction | undefined;
  #last: Instruction | undefined;
  /** What was odd about it; no address has a part in it. */
  #oddities: Oddity[] = [];

  /** The instruction in the words from `from` on; null for one that ends the job. Throws what `toOperation` throws. */
  decode(words: Uint32Array, from: number, note: NoteOddity): Instruction | null {
    const shape = this.#shape;
    const last = this.#last;
    const known = this.#words;
    const weights = words[from + WEIGHTS]!;
    const input = words[from + INPUT]!;
    const output = words[from + OUTPUT]!;
    if (
      shape === undefined ||
      last === undefined ||
      (weights | input | output) % LINE_BYTES !== 0 ||
      !sameShape(words, from, known)
    )
      return this.#decodeAll(words.slice(from, from + INSTRUCTION_WORDS), note);
    for (const oddity of this.#oddities) note(oddity);
    if (known[WEIGHTS] === weights && known[INPUT] === input && known[OUTPUT] === output) return last;
    known[WEIGHTS] = weights;
    known[INPUT] = input;
    known[OUTPUT] = output;
    this.#last = new MovedInstruction(shape.operation, shape.fields, weights, input, output);
    return this.#last;
  }

  #decodeAll(words: Uint32Array, note: NoteOddity): Instruction | null {
    this.#shape = undefined;
    const oddities: Oddity[] = [];
    const fields = decode(words);
    const operation = toOperation(fields, (oddity) => {
      oddities.push(oddity);
      note(oddity);
    });
    if (operation === null) return null;
    this.#words.set(words);
    this.#oddities = oddities;
    this.#shape = { fields, operation };
    this.#last = this.#shape;
    return this.#shape;
  }
}
