import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';

/** An enum value of the wasm module. */
interface EnumValue {
  readonly value: number;
}

interface TensorType {
  readonly bytes: () => number;
  readonly elementType: () => EnumValue;
  readonly delete: () => void;
}

interface TensorBuffer {
  readonly lock: (mode: EnumValue) => number;
  readonly unlock: () => void;
  readonly packedSize: () => number;
  readonly delete: () => void;
}

interface NativeModel {
  readonly getInputTensorType: (signature: number, index: number) => TensorType;
  readonly delete: () => void;
}

interface CompiledModel {
  readonly run: (
    signature: number,
    inputs: readonly TensorBuffer[],
  ) => TensorBuffer[] | Promise<TensorBuffer[]>;
  readonly delete: () => void;
}

/** The C++ bindings of LiteRT as far as they are used; their package's own classes know neither int8 nor Node. */
interface LiteRtModule {
  readonly HEAPU8: Uint8Array;
  readonly _malloc: (bytes: number) => number;
  readonly _free: (at: number) => void;
  readonly LiteRtEnvironment: { readonly create: (device: null) => unknown };
  readonly loadModel: (environment: unknown, at: number, bytes: number) => NativeModel;
  readonly compileModel: (
    environment: unknown,
    model: NativeModel,
    options: { readonly accelerator: 'wasm' },
  ) => CompiledModel | Promise<CompiledModel>;
  readonly LiteRtTensorBuffer: {
    readonly createManaged: (
      environment: unknown,
      memory: EnumValue,
      type: TensorType,
      bytes: number,
    ) => TensorBuffer;
  };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: EnumValue };
  readonly LiteRtTensorBufferLockMode: { readonly READ: EnumValue; readonly WRITE: EnumValue };
}

type Factory = (options: {
  readonly wasmBinary: Uint8Array;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}) => Promise<LiteRtModule>;

/** The build without threads and without relaxed SIMD, which Node 20 does not have. */
const BUILD = 'litert_wasm_compat_internal';

/** TensorFlow Lite's successor, LiteRT, as a second opinion on TFLite files: its own kernels and XNNPACK's, compiled to WebAssembly. */
export class LiteRt {
  readonly #module: LiteRtModule;
  readonly #environment: unknown;
  readonly #messages: string[];

  private constructor(module: LiteRtModule, messages: string[]) {
    this.#module = module;
    this.#messages = messages;
    this.#environment = module.LiteRtEnvironment.create(null);
  }

  /** Loads the wasm module of the package @litertjs/core. It is a script for browsers that leaves a global behind; here it returns it. */
  static async load(): Promise<LiteRt> {
    const require = createRequire(import.meta.url);
    const folder = join(dirname(require.resolve('@litertjs/core')), '..', 'wasm');
    const file = join(folder, `${BUILD}.js`);
    const script = `${readFileSync(file, 'utf8')}\nreturn ModuleFactory;`;
    const factory = compileFunction(script, ['require', '__filename', '__dirname'])(
      require,
      file,
      folder,
    ) as Factory;
    const messages: string[] = [];
    const module = await factory({
      wasmBinary: readFileSync(join(folder, `${BUILD}.wasm`)),
      print: () => {},
      printErr: (line) => messages.push(line),
    });
    return new LiteRt(module, messages);
  }

  /**
   * The bytes of a file's outputs for the bytes of its inputs, in the file's order. Throws an Error with LiteRT's own words for a file that it
   * does not run.
   */
  async run(file: Uint8Array, inputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const m = this.#module;
    this.#messages.length = 0;
    const at = m._malloc(file.length);
    m.HEAPU8.set(file, at);
    const held: { delete: () => void }[] = [];
    const hold = <T extends { delete: () => void }>(x: T): T => {
      held.unshift(x);
      return x;
    };
    try {
      const model = hold(m.loadModel(this.#environment, at, file.length));
      const compiled = hold(await m.compileModel(this.#environment, model, { accelerator: 'wasm' }));
      const buffers = inputs.map((bytes, i) => {
        const type = hold(model.getInputTensorType(0, i));
        if (type.bytes() !== bytes.length)
          throw new Error(`input ${i} takes ${type.bytes()} bytes, not ${bytes.length}`);
        const buffer = hold(
          m.LiteRtTensorBuffer.createManaged(
            this.#environment,
            m.LiteRtTensorBufferType.HOST_MEMORY,
            type,
            bytes.length,
          ),
        );
        m.HEAPU8.set(bytes, buffer.lock(m.LiteRtTensorBufferLockMode.WRITE));
        buffer.unlock();
        return buffer;
      });
      const outputs = (await compiled.run(0, buffers)).map(hold);
      return outputs.map((buffer) => {
        const from = buffer.lock(m.LiteRtTensorBufferLockMode.READ);
        const bytes = m.HEAPU8.slice(from, from + buffer.packedSize());
        buffer.unlock();
        return bytes;
      });
    } catch (error) {
      throw new Error([String(error), ...this.#messages].join(' | '));
    } finally {
      for (const x of held) x.delete();
      m._free(at);
    }
  }
}
