import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { Attrs } from '../../src/base/attr-value.js';
import { bytesPerElement } from '../../src/base/dtype.js';
import type { Tensor } from '../../src/base/tensor.js';
import { roundUp } from '../../src/base/units.js';
import { describeImage } from '../../src/program/files.js';
import {
  type Buffer,
  type HostOp,
  type HostStep,
  type Layer,
  type Operand,
  PROGRAM_FORMAT,
  PROGRAM_VERSION,
  type Program,
} from '../../src/program/types.js';
import { hostOp } from '../sim/host/run.js';

/** An argument of an operator in a kernel: a tensor in memory, a constant, or the operator before. */
export type Argument = Tensor | { readonly constant: Tensor } | 'previous';

/** One operator of a kernel under test. */
export interface KernelOp {
  readonly op: string;
  readonly args: readonly Argument[];
  readonly attrs?: Attrs;
}

const IMAGE = 0x1c010000;
/** Bytes of L2 for the constants of a test. */
const IMAGE_BYTES = 0x8000;

/** Builds a program of host kernels, each a chain of operators, without going through the compiler. */
export class KernelProgram {
  readonly #buffers: Buffer[] = [];
  readonly #layers: Layer[] = [];
  readonly #steps: HostStep[] = [];
  readonly #image = new Uint8Array(IMAGE_BYTES);
  #constantEnd = IMAGE;
  #end = IMAGE + IMAGE_BYTES;
  /** Values of the input buffers, by name. */
  readonly inputs = new Map<string, Tensor>();

  #buffer(t: Omit<Tensor, 'data'>, role: Buffer['role'], address: number, bytes: number): number {
    const id = this.#buffers.length;
    const name = `${role}_${id}`;
    const { shape, dtype } = t;
    const place = { memory: 'L2', layout: 'dense', address, bytes, firstStep: 0, lastStep: 1e9 } as const;
    this.#buffers.push({
      id,
      name,
      role,
      shape,
      dtype,
      ...place,
      ...(role === 'constant' ? {} : { tensor: name }),
    });
    return id;
  }

  #activation(t: Omit<Tensor, 'data'>, role: 'input' | 'output'): number {
    const bytes = roundUp(
      Math.max(
        1,
        t.shape.reduce((n, d) => n * d, 1),
      ) * bytesPerElement(t.dtype),
      4,
    );
    const id = this.#buffer(t, role, this.#end, bytes);
    this.#end = roundUp(this.#end + bytes, 16);
    return id;
  }

  #constant(t: Tensor): number {
    const bytes = roundUp(Math.max(1, t.data.length) * bytesPerElement(t.dtype), 4);
    const at = this.#constantEnd - IMAGE;
    if (t.dtype === 'int64')
      t.data.forEach((v, i) => {
        new DataView(this.#image.buffer).setBigInt64(at + 8 * i, BigInt(v), true);
      });
    else this.#image.set(new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength), at);
    const id = this.#buffer(t, 'constant', this.#constantEnd, bytes);
    this.#constantEnd = roundUp(this.#constantEnd + bytes, 16);
    return id;
  }

  #operand(arg: Argument, previous: number): Operand {
    if (arg === 'previous') return { result: previous };
    if ('constant' in arg) return { buffer: this.#constant(arg.constant) };
    const buffer = this.#activation(arg, 'input');
    this.inputs.set(this.#buffers[buffer]!.name, arg);
    return { buffer };
  }

  /** Adds a kernel of these operators, and returns the type of its result. */
  add(chain: readonly KernelOp[]): HostOp['results'][number] {
    const ops: HostOp[] = [];
    chain.forEach(({ op, args, attrs }, i) => {
      const types = args.map((a): Tensor => {
        if (a === 'previous') return { ...ops[i - 1]!.results[0]!, data: new Int8Array(0) };
        return 'constant' in a ? a.constant : a;
      });
      ops.push({ ...hostOp(op, types, attrs), args: args.map((a) => this.#operand(a, i - 1)) });
    });
    const last = ops.at(-1)!;
    const layer = this.#layers.length;
    const stored = last.results.map((t) => this.#activation({ ...t }, 'output'));
    this.#layers.push({
      id: layer,
      name: `kernel_${layer}_${chain.map((o) => o.op).join('_')}`,
      operators: chain.map((o) => o.op),
      target: 'host',
      inputs: [],
      output: last.results[0]!.shape,
      outputDtype: last.results[0]!.dtype,
      detail: JSON.stringify(chain.map((o) => o.attrs ?? {})),
      usefulMacs: 0,
      tiles: [],
    });
    this.#steps.push({
      kind: 'host',
      layer,
      ops,
      stores: stored.map((buffer, field) => ({
        from: stored.length === 1 ? { result: ops.length - 1 } : { result: ops.length - 1, field },
        buffer,
      })),
      completes: stored,
    });
    return last.results[0]!;
  }

  program(): Program {
    const bytes = this.#constantEnd - IMAGE;
    const image = this.#image.slice(0, bytes);
    // Activations follow the constants directly, as the compiler places them.
    const shift = IMAGE_BYTES - bytes;
    const buffers = this.#buffers.map((b) =>
      b.role === 'constant' ? b : { ...b, address: b.address - shift },
    );
    const hardware = { ...DEFAULT_PARAMETERS, chip: { ...DEFAULT_PARAMETERS.chip, l2Bytes: 1 << 24 } };
    return {
      image,
      manifest: {
        format: PROGRAM_FORMAT,
        version: PROGRAM_VERSION,
        generator: 'test',
        model: 'kernels',
        target: 'c',
        hardware,
        image: describeImage(IMAGE, image),
        buffers,
        layers: this.#layers,
        steps: this.#steps,
        warnings: [],
        memory: { l2: this.#end - IMAGE - shift, l2Constants: bytes, l1: 0, weightMemory: 0 },
      },
    };
  }
}
