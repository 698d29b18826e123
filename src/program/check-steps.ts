import { analogRegisterName } from '../../sim/isa/analog/registers.js';
import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { REGISTERS, registerName } from '../../sim/isa/registers.js';
import { denseBytes, showShape } from '../base/tensor.js';
import { hex } from '../base/units.js';
import { checkRange, type Refuse } from './check-memory.js';
import type { HostOp, HostStep, JobStep, Manifest, Operand, Step } from './types.js';

/** Checks that every step refers to layers, tiles, buffers, results and registers that exist. */
export function checkSteps(manifest: Manifest, largestResult: number, refuse: Refuse): void {
  manifest.steps.forEach((step, i) => {
    const refuseStep: Refuse = (what) => refuse(`step ${i} ${what}`);
    checkPlace(step, manifest, refuseStep);
    if (step.kind === 'tile') return;
    for (const buffer of step.completes) checkBufferId(buffer, manifest, refuseStep);
    if (step.kind === 'job') checkJob(step, manifest, refuseStep);
    else checkHost(step, manifest, largestResult, refuseStep);
  });
}

function checkPlace(step: Step, { layers }: Manifest, refuse: Refuse): void {
  const layer = layers[step.layer];
  if (layer === undefined) refuse(`belongs to layer ${step.layer}; there are ${layers.length}`);
  if (step.kind !== 'host' && step.tile >= layer.tiles.length)
    refuse(`belongs to tile ${step.tile} of layer ${step.layer}, which has ${layer.tiles.length}`);
}

function checkBufferId(id: number, { buffers }: Manifest, refuse: Refuse): void {
  if (id >= buffers.length) refuse(`refers to buffer ${id}; there are ${buffers.length}`);
}

function checkJob({ stores, writes, core }: JobStep, manifest: Manifest, refuse: Refuse): void {
  for (const [address] of stores) {
    checkRange('L2', address, WORD_BYTES, manifest, (range) => refuse(`stores to ${range}`));
    if (address % WORD_BYTES !== 0) refuse(`stores to ${hex(address)}, no multiple of ${WORD_BYTES}`);
  }
  for (const [offset] of writes)
    if ((core === 'analog' ? analogRegisterName : registerName)(offset) === undefined)
      refuse(`writes ${hex(offset)}, where the core has no register`);
  if (writes.findIndex(([offset]) => offset === REGISTERS.TRIGGER) !== writes.length - 1)
    refuse('does not write TRIGGER once, at its end');
}

function checkHost(step: HostStep, manifest: Manifest, largestResult: number, refuse: Refuse): void {
  step.ops.forEach((op, i) => {
    const refuseOp: Refuse = (what) => refuse(`operator ${i} (${op.op}) ${what}`);
    for (const arg of op.args) checkOperand(arg, step.ops.slice(0, i), manifest, refuseOp);
    for (const { shape, dtype } of op.results)
      if (!(denseBytes(shape, dtype) <= largestResult))
        refuseOp(`has a result of ${showShape(shape)}; must be at most ${largestResult} bytes`);
  });
  for (const { from, buffer } of step.stores) {
    checkOperand(from, step.ops, manifest, refuse);
    checkBufferId(buffer, manifest, refuse);
  }
}

/** An operand names a buffer, or a result of an operator before it. */
function checkOperand(operand: Operand, before: readonly HostOp[], manifest: Manifest, refuse: Refuse): void {
  if ('buffer' in operand === 'result' in operand)
    refuse('has an operand that is not one of a buffer and a result');
  if ('buffer' in operand) {
    if ('field' in operand) refuse('takes a field of a buffer');
    checkBufferId(operand.buffer, manifest, refuse);
    return;
  }
  const { result, field = 0 } = operand;
  const fields = before[result]?.results.length;
  if (fields === undefined) refuse(`takes result ${result}; only ${before.length} operators come before`);
  if (field >= fields) refuse(`takes field ${field} of result ${result}, which has ${fields}`);
}
