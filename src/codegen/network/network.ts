import { elementCount, showShape } from '../../base/tensor.js';
import { scratchBytes } from '../../program/product-sums.js';
import type { Buffer, Program } from '../../program/types.js';
import { identifiers } from '../c/names.js';
import { C_TYPES } from '../c/types.js';
import { CWriter, hex32 } from '../c/writer.js';
import { type DataPlan, declareData, defineData, WORKSPACE } from './data.js';
import { blockedSums, type KernelFunction, prototype } from './kernels.js';

/** A tensor that enters or leaves the network: its buffer and its name in C. */
export interface Port {
  readonly buffer: Buffer;
  readonly name: string;
}

export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Inputs and outputs of the program, with names that are C identifiers. */
export function portsOf(program: Program): Ports {
  const of = (role: 'input' | 'output'): Port[] => {
    const buffers = program.manifest.buffers.filter((b) => b.role === role);
    const names = identifiers(buffers.map((b) => (b.tensor ?? b.name).replace(/^%/, 'output_')));
    return buffers.map((buffer, i) => ({ buffer, name: names[i]! }));
  };
  return { inputs: of('input'), outputs: of('output') };
}

/** Bytes of a port's tensor. */
export const portBytes = ({ buffer }: Port): number =>
  elementCount(buffer.shape) *
  { int8: 1, uint8: 1, bool: 1, int16: 2, int32: 4, float32: 4, int64: 8 }[buffer.dtype];

function declareStruct(w: CWriter, kind: 'inputs' | 'outputs', ports: readonly Port[]): void {
  w.block(
    `struct tvmgen_default_${kind}`,
    () => {
      for (const p of ports) w.line(`void *${p.name}; /* ${showShape(p.buffer.shape)} ${p.buffer.dtype} */`);
    },
    ';',
  );
}

/** codegen/host/include/tvmgen_default.h: what an application calls. */
export function publicHeader(program: Program, ports: Ports): string {
  const w = new CWriter();
  w.comment(`The network ${program.manifest.model}, compiled for ${program.manifest.target}.`);
  w.line('#ifndef TVMGEN_DEFAULT_H').line('#define TVMGEN_DEFAULT_H').line();
  w.line('#include <stdint.h>').line();
  const macro = (name: string) => name.toUpperCase();
  for (const [kind, list] of Object.entries(ports) as ['inputs' | 'outputs', readonly Port[]][])
    for (const p of list)
      w.line(
        `#define TVMGEN_DEFAULT_${kind === 'inputs' ? 'INPUT' : 'OUTPUT'}_${macro(p.name)}_SIZE ${portBytes(p)}`,
      );
  w.line();
  w.comment('Pointers to the tensors: dense, row-major, aligned to their elements.');
  declareStruct(w, 'inputs', ports.inputs);
  w.line();
  declareStruct(w, 'outputs', ports.outputs);
  w.line();
  w.comment(
    'The places that the L2 plan keeps for the tensors: an application that has no memory of its own for them points here. ' +
      'A run may overwrite its inputs there.',
  );
  w.line('struct tvmgen_default_inputs tvmgen_default_map_inputs(void);');
  w.line('struct tvmgen_default_outputs tvmgen_default_map_outputs(void);').line();
  w.comment('Runs the network once. Returns 0, or what the first failing kernel returned.');
  w.line(
    'int32_t tvmgen_default_run(struct tvmgen_default_inputs *inputs, struct tvmgen_default_outputs *outputs);',
  );
  w.line().line('#endif');
  return w.toString();
}

/** codegen/host/include/tvmgen_default_internal.h: constants, workspace and kernels, for the generated files. */
export function internalHeader(
  plan: DataPlan,
  functions: readonly KernelFunction[],
  analog: boolean,
): string {
  const w = new CWriter();
  w.line('#ifndef TVMGEN_DEFAULT_INTERNAL_H').line('#define TVMGEN_DEFAULT_INTERNAL_H').line();
  w.line('#include <stdint.h>').line().line('#include "diana.h"');
  if (analog) w.line('#include "diana_analog.h"');
  w.line();
  declareData(w, plan);
  w.line();
  for (const f of functions) w.line(`${prototype(f)};`);
  w.line().line('#endif');
  return w.toString();
}

/** How `tvmgen_default_run` reaches a buffer. */
function pointerOf(id: number | null, program: Program, plan: DataPlan, ports: Ports): string {
  if (id === null) return '0';
  const input = ports.inputs.find((p) => p.buffer.id === id);
  if (input !== undefined) return `inputs->${input.name}`;
  const output = ports.outputs.find((p) => p.buffer.id === id);
  if (output !== undefined) return `outputs->${output.name}`;
  return `workspace + ${program.manifest.buffers[id]!.address - plan.workspace.address}`;
}

export type Profile = 'individual' | 'global';

/** One call in `tvmgen_default_run`, with what is recorded around it. */
function writeCall(
  w: CWriter,
  f: KernelFunction,
  index: number,
  pointer: (id: number | null) => string,
  program: Program,
  profile: Profile | undefined,
): void {
  if (f.layer.layer !== undefined) w.comment(f.layer.layer);
  const call = `${f.name}(${[...f.inputs, ...f.outputs].map(pointer).join(', ')})`;
  if (profile === 'individual') {
    w.line('profile_start();');
    w.line(`status = ${call};`);
    w.line(`profile_stop(${index});`);
  } else w.line(`status = ${call};`);
  w.line('if (status != 0) return status;');
  for (const id of f.completes) {
    const b = program.manifest.buffers[id]!;
    if (b.memory === 'L2' && b.layout === 'dense')
      w.line(
        `DUMP_TENSOR("${f.name}", ${pointer(id)}, ${elementCount(b.shape)} * sizeof(${C_TYPES[b.dtype]}));`,
      );
  }
}

function writeRun(
  w: CWriter,
  program: Program,
  plan: DataPlan,
  functions: readonly KernelFunction[],
  ports: Ports,
  profile: Profile | undefined,
): void {
  const head =
    'int32_t tvmgen_default_run(struct tvmgen_default_inputs *inputs, struct tvmgen_default_outputs *outputs)';
  const pointer = (id: number | null) => pointerOf(id, program, plan, ports);
  const inWorkspace = functions.some((f) =>
    [...f.inputs, ...f.outputs].some((id) => pointer(id).startsWith('workspace')),
  );
  w.block(head, () => {
    if (inWorkspace)
      w.line(`uint8_t *const workspace = ${WORKSPACE}; /* ${hex32(plan.workspace.address)} */`);
    w.line('int32_t status;').line();
    functions.forEach((f, i) => {
      writeCall(w, f, i, pointer, program, profile);
    });
    w.line('return 0;');
  });
}

function writeMaps(w: CWriter, plan: DataPlan, ports: Ports): void {
  for (const [kind, list] of Object.entries(ports) as ['inputs' | 'outputs', readonly Port[]][]) {
    w.block(`struct tvmgen_default_${kind} tvmgen_default_map_${kind}(void)`, () => {
      w.line(`struct tvmgen_default_${kind} map;`);
      for (const p of list)
        w.line(`map.${p.name} = ${WORKSPACE} + ${p.buffer.address - plan.workspace.address};`);
      w.line('return map;');
    });
    w.line();
  }
}

/** codegen/host/src/default_lib0.c: the constants, the workspace and the network's entry. */
export function networkFile(
  program: Program,
  plan: DataPlan,
  functions: readonly KernelFunction[],
  ports: Ports,
  profile: Profile | undefined,
): string {
  const w = new CWriter();
  const sums = blockedSums(program);
  w.comment(
    `Constants and entry of the network ${program.manifest.model}, target "${program.manifest.target}".`,
  );
  w.line('#include "tvmgen_default.h"').line().line('#include "dump.h"');
  if (sums.length > 0) w.line('#include "host_nn.h"');
  if (profile === 'individual') w.line('#include "profile.h"');
  w.line('#include "tvmgen_default_internal.h"').line();
  if (sums.length > 0)
    w.line(
      `int32_t host_scratch[${Math.max(1, ...sums.map((s) => Math.ceil(scratchBytes(s) / 4)))}];`,
    ).line();
  defineData(w, program, plan);
  w.line();
  if (profile === 'individual')
    w.block(
      'const char *const profile_names[PROFILE_SLOTS] =',
      () => {
        for (const f of functions) w.line(`"${f.name}",`);
      },
      ';',
    ).line();
  writeMaps(w, plan, ports);
  writeRun(w, program, plan, functions, ports, profile);
  return w.toString();
}
