import * as ort from 'onnxruntime-web';
import { UserError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/base/tensor.js';
import type { Expected } from './verdict.js';

/** Our holders of values as onnxruntime's: int64 is a BigInt there, half precision is not written. */
const HOLDERS = {
  float32: (d: ArrayLike<number>) => Float32Array.from(d),
  float64: (d: ArrayLike<number>) => Float64Array.from(d),
  int8: (d: ArrayLike<number>) => Int8Array.from(d),
  uint8: (d: ArrayLike<number>) => Uint8Array.from(d),
  int16: (d: ArrayLike<number>) => Int16Array.from(d),
  int32: (d: ArrayLike<number>) => Int32Array.from(d),
  int64: (d: ArrayLike<number>) => BigInt64Array.from(d as ArrayLike<number> & Iterable<number>, BigInt),
  bool: (d: ArrayLike<number>) => Uint8Array.from(d),
} as const;
type OrtType = keyof typeof HOLDERS;

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'fatal';

export interface RuntimeInput {
  readonly name: string;
  readonly type: string;
  /** Extents; a string is symbolic. */
  readonly shape: readonly (number | string)[];
}

/** A model that onnxruntime (its wasm build) has accepted. */
export class OnnxRuntime {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** Throws a UserError for a model that onnxruntime does not take. `optimized`: with its own rewriting of the graph. */
  static async open(bytes: Uint8Array, optimized = true): Promise<OnnxRuntime> {
    try {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: optimized ? 'all' : 'disabled',
        logSeverityLevel: 4,
      });
      return new OnnxRuntime(session);
    } catch (error) {
      throw new UserError(`onnxruntime does not take the file: ${(error as Error).message.split('\n')[0]}`);
    }
  }

  get inputs(): readonly RuntimeInput[] {
    return this.#session.inputMetadata.map((m) => {
      if (!m.isTensor) throw new Error(`input ${m.name} is no tensor`);
      return { name: m.name, type: m.type, shape: m.shape };
    });
  }

  /** The outputs in the file's order. Throws a UserError where onnxruntime cannot run the model. `values` go to the inputs in order, in the types that the file declares. */
  async run(values: readonly Tensor[]): Promise<readonly Expected[]> {
    const feeds = this.inputs.map((input, i) => {
      const { data, shape } = values[i]!;
      const hold = HOLDERS[input.type as OrtType];
      if (hold === undefined) throw new Error(`input ${input.name} is ${input.type}`);
      return [input.name, new ort.Tensor(input.type as 'float32', hold(data) as Float32Array, [...shape])];
    });
    const results = await this.#session.run(Object.fromEntries(feeds)).catch((error: Error) => {
      throw new UserError(`onnxruntime does not run the file: ${error.message.split('\n')[0]}`);
    });
    return this.#session.outputNames.map((name) => {
      const t = results[name]!;
      const data = Array.from(t.data as ArrayLike<number>, Number);
      return { name, type: t.type, shape: t.dims, data };
    });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
