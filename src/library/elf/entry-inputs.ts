import { bytesFromValues } from '../../../sim/program/tensor-access.js';
import { peekBytes, pokeBytes } from '../../../sim/soc/access.js';
import type { Soc } from '../../../sim/soc/soc.js';
import { denseBytes, type Tensor } from '../../base/tensor.js';
import { inputsOf, type Model } from '../../ir/expr.js';
import { tensorAt } from './memory-layout.js';

/** The network's inputs as the program holds them when its entry is called, or as they are given. */
export class EntryInputs {
  /** The inputs by name, in dense order; undefined until the entry was called with pointers to all of them. */
  values: ReadonlyMap<string, Tensor> | undefined;
  readonly #model: Model;
  readonly #given: ReadonlyMap<string, Tensor> | undefined;

  /** `given` is stored into the program's inputs as the entry is called; without it the program keeps its own. */
  constructor(model: Model, given: ReadonlyMap<string, Tensor> | undefined) {
    this.#model = model;
    this.#given = given;
  }

  /** Reads (or writes) the inputs: `*_run` takes structs of pointers, `__tvm_main__` the pointers themselves. */
  entered(soc: Soc, name: string, args: readonly number[]): void {
    if (this.values !== undefined) return;
    const declared = inputsOf(this.#model);
    const pointers = name.endsWith('_run') ? this.#struct(soc, args[0]!, declared.length) : args;
    const values = new Map<string, Tensor>();
    for (const [i, { name: input, type }] of declared.entries()) {
      const at = pointers[i]!;
      const given = this.#given?.get(input);
      if (given !== undefined && !pokeBytes(soc, at, bytesFromValues(given))) return;
      const bytes = peekBytes(soc, at, denseBytes(type.shape, type.dtype));
      if (bytes === undefined) return;
      const like = { shape: type.shape, dtype: type.dtype, data: new Int8Array(0) } as Tensor;
      values.set(input, tensorAt(bytes, 0, like, 'dense')!);
    }
    this.values = values;
  }

  #struct(soc: Soc, at: number, count: number): number[] {
    const bytes = peekBytes(soc, at, 4 * count);
    if (bytes === undefined) return new Array<number>(count).fill(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true));
  }
}
