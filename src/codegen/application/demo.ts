import { isFloat } from '../../base/dtype.js';
import type { Shape, Tensor } from '../../base/tensor.js';
import type { Program } from '../../program/types.js';
import { C_TYPES, literal } from '../c/types.js';
import { CWriter, wrapItems } from '../c/writer.js';
import { type Port, type Ports, type Profile, portBytes } from '../network/network.js';

/** Sample inputs, and the outputs that the simulator (or the reference) made of them, by tensor name. */
export interface Sample {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs?: ReadonlyMap<string, Tensor>;
}

/** How far a float output may lie from the expected one: absolute, and relative to the expected value. */
export const FLOAT_TOLERANCE = 1e-6;

/** FNV-1a over bytes, 32 bits: the demo's checksum. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const b of bytes) hash = Math.imul(hash ^ b, 0x01000193);
  return hash >>> 0;
}

const tensorOf = (map: ReadonlyMap<string, Tensor> | undefined, port: Port): Tensor | undefined =>
  map?.get(port.buffer.tensor ?? port.buffer.name);

/** Little-endian bytes of a tensor as the chip holds it. */
function bytesOf(t: Tensor): Uint8Array {
  if (t.dtype !== 'int64') return new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  return new Uint8Array(BigInt64Array.from(t.data, (v) => BigInt(v)).buffer);
}

const isCompared = (p: Port): boolean => isFloat(p.buffer.dtype);

/** Bytes of constants that sample.c holds. */
export const sampleBytes = (ports: Ports, sample: Sample | undefined): number =>
  [
    ...ports.inputs,
    ...ports.outputs.filter((p) => isCompared(p) && tensorOf(sample?.outputs, p) !== undefined),
  ]
    .map(portBytes)
    .reduce((sum, n) => sum + Math.ceil(n / 16) * 16, 0);

const arrayOf = (w: CWriter, name: string, port: Port, t: Tensor, section: string): void => {
  w.line(`${section}const ${C_TYPES[t.dtype]} ${name}[${t.data.length}] __attribute__((aligned(16))) = {`);
  const items = Array.from(t.data, (v) => literal(v, t.dtype));
  for (const line of wrapItems(items.length === 0 ? ['0'] : items, 2)) w.line(line);
  w.line(`}; /* ${port.name} */`).line();
};

/** app/src/sample.c: the sample inputs, and the float outputs to compare with. */
export function sampleFile(ports: Ports, sample: Sample | undefined, behindNetwork: boolean): string {
  const w = new CWriter();
  const section = behindNetwork ? 'DIANA_SECTION(".diana.sample") ' : '';
  w.line('#include "sample.h"').line();
  if (behindNetwork) w.line('#include "diana.h"').line();
  for (const p of ports.inputs) {
    const t = tensorOf(sample?.inputs, p);
    if (t !== undefined) arrayOf(w, `sample_${p.name}`, p, t, section);
  }
  for (const p of ports.outputs) {
    const t = tensorOf(sample?.outputs, p);
    if (t !== undefined && isCompared(p)) arrayOf(w, `expected_${p.name}`, p, t, section);
  }
  return w.toString();
}

/** app/include/sample.h */
export function sampleHeader(ports: Ports, sample: Sample | undefined): string {
  const w = new CWriter();
  w.comment('A sample of inputs, and what the network makes of it.');
  w.line('#ifndef SAMPLE_H').line('#define SAMPLE_H').line().line('#include <stdint.h>').line();
  for (const p of ports.inputs) {
    const t = tensorOf(sample?.inputs, p);
    if (t !== undefined) w.line(`extern const ${C_TYPES[t.dtype]} sample_${p.name}[${t.data.length}];`);
  }
  for (const p of ports.outputs) {
    const t = tensorOf(sample?.outputs, p);
    if (t === undefined) continue;
    if (isCompared(p)) w.line(`extern const ${C_TYPES[t.dtype]} expected_${p.name}[${t.data.length}];`);
    else w.line(`#define EXPECTED_${p.name.toUpperCase()}_CHECKSUM 0x${fnv1a(bytesOf(t)).toString(16)}u`);
  }
  w.line().line('#endif');
  return w.toString();
}

const HELPERS = `/* FNV-1a, 32 bits. */
static uint32_t checksum(const void *data, uint32_t bytes) {
  const uint8_t *at = data;
  uint32_t hash = 0x811C9DC5u;
  while (bytes-- > 0) hash = (hash ^ *at++) * 0x01000193u;
  return hash;
}

static void copy_bytes(void *to, const void *from, uint32_t bytes) {
  uint8_t *out = to;
  const uint8_t *in = from;
  while (bytes-- > 0) *out++ = *in++;
}`;

const CHECK_SUM = String.raw`static int check_sum(const char *name, uint32_t sum, uint32_t expected) {
  console_text(name);
  console_text(": checksum ");
  console_hex(sum);
  if (sum == expected) {
    console_text(", as expected\n");
    return 0;
  }
  console_text(", expected ");
  console_hex(expected);
  console_character('\n');
  return 1;
}`;

const checkFloats =
  (): string => String.raw`/* Floats may differ in their last bits where a library computes e^x. */
static int check_floats(const char *name, const float *values, const float *expected, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const float e = expected[i];
    const float difference = values[i] > e ? values[i] - e : e - values[i];
    const float allowed = ${literal(FLOAT_TOLERANCE, 'float32')} * (1.0f + (e < 0.0f ? -e : e));
    if (!(difference <= allowed) && values[i] != e && (values[i] == values[i] || e == e)) {
      console_text(name);
      console_text(": element ");
      console_unsigned(i);
      console_text(" is ");
      console_float(values[i]);
      console_text(", expected ");
      console_float(e);
      console_character('\n');
      return 1;
    }
  }
  console_text(name);
  console_text(": as expected\n");
  return 0;
}`;

/** Shapes as numpy prints them: [1 3 32 32]. */
const numpyShape = (shape: Shape): string => `[${shape.join(' ')}]`;

/** "Inferred shapes", as the compiler prints them when it makes the demo. */
export function inferredShapes(ports: Ports): string {
  const lines = [...ports.inputs, ...ports.outputs].flatMap((p) => [
    `\t${p.name} (${p.buffer.dtype}):`,
    `\t ${numpyShape(p.buffer.shape)}`,
  ]);
  return ['Creating demo file: Inferred shapes:', ...lines].join('\n');
}

function writeCheck(w: CWriter, p: Port, sample: Sample | undefined): void {
  const size = `TVMGEN_DEFAULT_OUTPUT_${p.name.toUpperCase()}_SIZE`;
  const expected = tensorOf(sample?.outputs, p);
  if (expected === undefined) {
    w.line(`console_text("${p.name}: checksum ");`);
    w.line(`console_hex(checksum(outputs.${p.name}, ${size}));`);
    w.line(`console_character('\\n');`);
  } else if (isCompared(p))
    w.line(
      `failed |= check_floats("${p.name}", outputs.${p.name}, expected_${p.name}, ${expected.data.length});`,
    );
  else
    w.line(
      `failed |= check_sum("${p.name}", checksum(outputs.${p.name}, ${size}), EXPECTED_${p.name.toUpperCase()}_CHECKSUM);`,
    );
}

const analogJobs = (program: Program): boolean =>
  program.manifest.steps.some((s) => s.kind === 'job' && s.core === 'analog');

function writeMain(
  w: CWriter,
  program: Program,
  ports: Ports,
  sample: Sample | undefined,
  profile: Profile | undefined,
): void {
  w.block('int main(void)', () => {
    w.line('const struct tvmgen_default_inputs planned = tvmgen_default_map_inputs();');
    w.line('struct tvmgen_default_inputs inputs = planned;');
    w.line('struct tvmgen_default_outputs outputs = tvmgen_default_map_outputs();');
    w.line('int failed = 0;');
    w.line('int32_t status;').line();
    const text = `Network ${program.manifest.model}, target "${program.manifest.target}"`;
    w.line(`console_text("${text.replaceAll('"', '\\"')}\\n");`);
    for (const p of [...ports.inputs, ...ports.outputs])
      w.line(`console_text("\\t${p.name} (${p.buffer.dtype}):\\n\\t ${numpyShape(p.buffer.shape)}\\n");`);
    if (program.manifest.steps.some((s) => s.kind === 'job')) w.line('diana_init();');
    if (analogJobs(program)) w.line('diana_analog_boot();');
    for (const p of ports.inputs)
      w.line(
        `inputs.${p.name} = place_input(planned.${p.name}, sample_${p.name}, TVMGEN_DEFAULT_INPUT_${p.name.toUpperCase()}_SIZE);`,
      );
    if (profile === 'global') w.line('profile_start();');
    w.line('status = tvmgen_default_run(&inputs, &outputs);');
    if (profile === 'global') w.line('profile_stop(0);');
    w.block('if (status != 0)', () => {
      w.line('console_text("tvmgen_default_run failed\\n");');
      w.line('return 2;');
    });
    for (const p of ports.outputs) writeCheck(w, p, sample);
    if (profile !== undefined) w.line('profile_report();');
    for (const p of ports.inputs.toReversed())
      w.line(`if (inputs.${p.name} != planned.${p.name}) free_wrapper(inputs.${p.name});`);
    w.line('return failed;');
  });
}

/** app/src/demo.c: runs the network on the sample and compares its outputs. */
export function demoFile(
  program: Program,
  ports: Ports,
  sample: Sample | undefined,
  profile: Profile | undefined,
): string {
  const w = new CWriter();
  w.comment(
    'Runs the network once on the sample input and compares what comes out. Returns 0 when it is as expected.',
  );
  w.line('#include <stdint.h>').line();
  const jobs = program.manifest.steps.some((s) => s.kind === 'job');
  const headers = [
    'console.h',
    ...(jobs ? ['diana.h'] : []),
    ...(analogJobs(program) ? ['diana_analog.h'] : []),
    'malloc_wrapper.h',
    ...(profile ? ['profile.h'] : []),
    'sample.h',
    'tvmgen_default.h',
  ];
  for (const h of headers) w.line(`#include "${h}"`);
  w.line();
  if (profile === 'global')
    w.line('const char *const profile_names[PROFILE_SLOTS] = { "tvmgen_default_run" };').line();
  const [summed, compared] = [false, true].map((c) =>
    ports.outputs.filter((p) => isCompared(p) === c && tensorOf(sample?.outputs, p)),
  );
  const unknown = ports.outputs.some((p) => !tensorOf(sample?.outputs, p));
  const [sum, copy] = HELPERS.split('\n\n') as [string, string];
  if (summed!.length > 0 || unknown) w.text(sum).line();
  w.text(copy).line();
  w.comment(
    'A copy of the sample on the heap, or where the network keeps its input if the heap is too small.',
  );
  w.block('static void *place_input(void *planned, const void *sample, uint32_t bytes)', () => {
    w.line('void *own = malloc_wrapper(bytes);');
    w.line('if (own == 0) own = planned;');
    w.line('copy_bytes(own, sample, bytes);');
    w.line('return own;');
  });
  w.line();
  if (summed!.length > 0) w.text(CHECK_SUM).line();
  if (compared!.length > 0) w.text(checkFloats()).line();
  writeMain(w, program, ports, sample, profile);
  return w.toString();
}
