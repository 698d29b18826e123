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
/** The words that are no addresses. */
const SHAPE = FIELDS.flatMap((_, i) => (i === WEIGHTS || i === INPUT || i === OUTPUT ? [] : [i]));

/** The operation with other addresses. */
function moved(o: Operation, weights: number, input: number, output: number): Operation {
  return o.kind === 'sum'
    ? { ...o, inputA: input, inputB: weights, output }
    : { ...o, weights, input, output };
}

/**
 * Decodes instructions, an instruction like the one before it at little cost: the jobs of a depthwise layer differ in nothing but addresses.
 * Says and throws the same as `decode` and `toOperation` on each.
 */
export class InstructionDecoder {
  readonly #words = new Uint32Array(INSTRUCTION_WORDS);
  #last: Instruction | undefined;
  /** What was odd about the last one; no address has a part in it. */
  #oddities: Oddity[] = [];

  /** The instruction in the words from `from` on; null for one that ends the job. Throws what `toOperation` throws. */
  decode(words: Uint32Array, from: number, note: NoteOddity): Instruction | null {
    const last = this.#last;
    const weights = words[from + WEIGHTS]!;
    const input = words[from + INPUT]!;
    const output = words[from + OUTPUT]!;
    if (last === undefined || (weights | input | output) % LINE_BYTES !== 0 || !this.#sameShape(words, from))
      return this.#decodeAll(words.slice(from, from + INSTRUCTION_WORDS), note);
    for (const oddity of this.#oddities) note(oddity);
    const { fields } = last;
    if (
      fields.weight_memory_pointer === weights &&
      fields.input_memory_pointer === input &&
      fields.output_memory_pointer === output
    )
      return last;
    this.#last = {
      fields: {
        ...fields,
        weight_memory_pointer: weights,
        input_memory_pointer: input,
        output_memory_pointer: output,
      },
      operation: moved(last.operation, weights, input, output),
    };
    return this.#last;
  }

  #sameShape(words: Uint32Array, from: number): boolean {
    for (let i = 0; i < SHAPE.length; i++)
      if (words[from + SHAPE[i]!] !== this.#words[SHAPE[i]!]) return false;
    return true;
  }

  #decodeAll(words: Uint32Array, note: NoteOddity): Instruction | null {
    this.#last = undefined;
    const oddities: Oddity[] = [];
    const fields = decode(words);
    const operation = toOperation(fields, (oddity) => {
      oddities.push(oddity);
      note(oddity);
    });
    if (operation === null) return null;
    this.#words.set(words);
    this.#oddities = oddities;
    this.#last = { fields, operation };
    return this.#last;
  }
}
