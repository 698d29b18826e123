import { compareTensor, type Reference } from '../../golden/index.js';
import { type Memory, PRELOADED } from '../../sim/core/memory.js';
import type { ProgramFault } from '../../sim/program/fault.js';
import { programSteps } from '../../sim/program/run.js';
import type { HeldTensor, MachineState, Pause } from '../../sim/program/run-options.js';
import { type Tensor, tensor } from '../base/tensor.js';
import type { Buffer, Program } from '../program/types.js';

/** A tensor that a layer made wrong although everything that it read was right. */
export interface LayerDifference {
  readonly layer: number;
  readonly buffer: Buffer;
  readonly expected: Tensor;
  /** What the layer made; undefined where the chip refused it. */
  readonly actual: Tensor | undefined;
  readonly differing: number;
  readonly fault: ProgramFault | undefined;
  /** The step that wrote over this finished tensor, where the layer did not make it but spoil it. */
  readonly overwrittenBy: number | undefined;
}

/** A layer that differs, as it can be run again. */
export interface FaultyLayer extends LayerDifference {
  /** The machine as it entered the layer: all tensors right. */
  readonly state: MachineState;
}

/** Weights, constants and words of jobs to come that a step wrote over. */
function spoiltConstants(program: Program, l2: Memory, step: number) {
  const { image, manifest } = program;
  return manifest.buffers.flatMap((buffer) => {
    const { role, address, bytes, memory } = buffer;
    if (memory !== 'L2' || !CONSTANT.has(role)) return [];
    const at = address - manifest.image.address;
    const right = image.slice(at, at + bytes);
    const now = l2.peek(address, right.length, buffer.name).slice();
    let by = -1;
    let differing = 0;
    for (let i = 0; i < right.length; i++) {
      if (now[i] === right[i]) continue;
      const writer = manifest.steps[l2.writerOf(address + i)];
      // The host stores words of instructions before each job: they are meant.
      const stored =
        writer?.kind === 'job' && writer.stores.some(([a]) => a <= address + i && address + i < a + 4);
      if (stored) continue;
      differing++;
      by = l2.writerOf(address + i);
    }
    if (differing === 0 || by < 0 || by >= step) return [];
    const shape = [right.length];
    return [
      {
        buffer,
        expected: tensor(shape, 'uint8', right),
        actual: tensor(shape, 'uint8', now),
        differing,
        fault: undefined,
        overwrittenBy: by,
      },
    ];
  });
}

/** Roles of buffers whose bytes the image has. */
export const CONSTANT: ReadonlySet<string> = new Set([
  'weights',
  'constant',
  'configuration',
  'instructions',
]);

/**
 * Runs a program with every tensor put right as soon as it is complete, so that each layer reads what the reference has: what still differs
 * is a fault of its own. Tensors that a later layer writes over while they are still needed are put right, too, and count as that layer's.
 */
export function* isolate(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
): Generator<void, FaultyLayer[]> {
  const { buffers, steps, layers } = program.manifest;
  const found: FaultyLayer[] = [];
  const done = new Set<Buffer>();
  let state: MachineState | undefined;
  const expectedOf = (b: Buffer): Tensor | undefined =>
    b.tensor === undefined ? undefined : (reference.tensors.get(b.tensor) ?? inputs.get(b.tensor));
  const note = (f: LayerDifference): void => {
    const known = found.findIndex((k) => k.layer === f.layer);
    if (known < 0) found.push({ ...f, state: state! });
    else if (found[known]!.differing < f.differing && found[known]!.fault === undefined)
      found[known] = { ...f, state: state! };
  };
  const look = (held: Omit<HeldTensor, 'layer'>, layer: number | undefined): void => {
    const expected = expectedOf(held.buffer);
    if (expected === undefined) return;
    const { differing, first } = compareTensor(expected, held.tensor);
    if (differing === 0) return;
    const by = held.writerOf(first!.index);
    note({
      layer: layer ?? steps[by]?.layer ?? 0,
      buffer: held.buffer,
      expected,
      actual: held.tensor,
      differing,
      fault: undefined,
      overwrittenBy: layer === undefined ? by : undefined,
    });
    held.replace(expected);
  };
  const run = programSteps(program, inputs, {
    onTensor: (held) => {
      look(held, held.layer);
      done.add(held.buffer);
    },
    onPause: ({ step, held, save, layer, l2 }: Pause) => {
      for (const b of buffers)
        if ((done.has(b) || b.role === 'input') && b.lastStep >= step && step > 0) {
          const now = held(b);
          if (now !== undefined) look(now, undefined);
        }
      for (const spoilt of spoiltConstants(program, l2, step)) {
        note({ ...spoilt, layer: steps[spoilt.overwrittenBy]!.layer });
        l2.write(spoilt.buffer.address, spoilt.expected.data as Uint8Array, PRELOADED, 'image');
      }
      if (layer !== undefined) state = save();
    },
    onFault: (fault, layer) => {
      const made = steps.flatMap((s) =>
        s.kind !== 'tile' && s.layer === layer ? s.completes.map((id) => buffers[id]!) : [],
      );
      const values = new Map<number, Tensor>();
      for (const b of made) {
        const expected = expectedOf(b);
        if (expected === undefined) return undefined;
        values.set(b.id, expected);
        done.add(b);
      }
      const buffer = made[0];
      if (buffer === undefined) return undefined;
      note({
        layer,
        buffer,
        expected: expectedOf(buffer)!,
        actual: undefined,
        differing: 0,
        fault,
        overwrittenBy: undefined,
      });
      return values;
    },
  });
  yield* run;
  return found.sort((a, b) => a.layer - b.layer).filter((f) => layers[f.layer] !== undefined);
}
