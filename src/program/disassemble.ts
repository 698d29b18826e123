import { LINE_BYTES, WORD_BYTES } from '../../sim/isa/geometry.js';
import { decode, INSTRUCTION_WORDS, showFields } from '../../sim/isa/instruction.js';
import { MEMCPY_OP, REGISTERS, type RegisterName, registerName } from '../../sim/isa/registers.js';
import { hex } from '../base/units.js';
import { type AnalogRegisters, analogJobLines } from './disassemble-analog.js';
import type { HostStep, JobStep, Program } from './types.js';

/** The registers as they stand when a job is triggered; they keep their values from job to job. */
type Registers = Map<RegisterName, number>;

const value = (r: Registers, name: RegisterName): number => r.get(name) ?? 0;

/** The image's words with what the host has stored over them so far. */
class ImageWords {
  readonly #bytes: Uint8Array;
  readonly #base: number;

  constructor(program: Program) {
    this.#bytes = program.image.slice();
    this.#base = program.manifest.image.address;
  }

  store(address: number, word: number): void {
    const at = address - this.#base;
    if (at >= 0 && at + WORD_BYTES <= this.#bytes.length)
      new DataView(this.#bytes.buffer).setUint32(at, word, true);
  }

  /** `count` words from `address`; null where they do not lie in the image. */
  read(address: number, count: number): Uint32Array | null {
    const at = address - this.#base;
    if (at < 0 || at + count * WORD_BYTES > this.#bytes.length) return null;
    const view = new DataView(this.#bytes.buffer);
    return Uint32Array.from({ length: count }, (_, i) => view.getUint32(at + i * WORD_BYTES, true));
  }
}

function copyText(r: Registers, op: number): string {
  const l2 = hex(value(r, 'MEMCPY_ADDR'));
  const l1 = `L1 ${value(r, 'L1ADDR') * LINE_BYTES}`;
  const bytes = value(r, 'MEMCPY_N') * WORD_BYTES;
  return op === MEMCPY_OP.l2ToL1
    ? `copy L2 ${l2} -> ${l1}, ${bytes} bytes`
    : `copy ${l1} -> L2 ${l2}, ${bytes} bytes`;
}

function computeText(r: Registers, image: ImageWords): string[] {
  const at = value(r, 'IM_ADDR');
  const lines: string[] = [];
  for (let i = 0; i + INSTRUCTION_WORDS <= value(r, 'IM_N'); i += INSTRUCTION_WORDS) {
    const words = image.read(at + i * WORD_BYTES, INSTRUCTION_WORDS);
    if (words === null) return [...lines, `    (instructions at ${hex(at)} do not lie in the image)`];
    const fields = decode(words);
    lines.push(`    ${showFields(fields)}`);
    if (fields.stop === 1) break;
  }
  return lines;
}

function job(
  step: JobStep,
  index: number,
  r: Registers,
  analog: AnalogRegisters,
  image: ImageWords,
): string[] {
  for (const [address, word] of step.stores) image.store(address, word);
  if (step.core === 'analog')
    return [
      `${String(index).padStart(6)}  tile ${step.tile}: ${step.note}`,
      ...analogJobLines(step, analog, (at, words) => image.read(at, words)),
    ];
  for (const [offset, v] of step.writes) {
    const name = registerName(offset);
    if (name !== undefined) r.set(name, v);
  }
  const op = value(r, 'MEMCPY_OP');
  const head = `${String(index).padStart(6)}  tile ${step.tile}: ${step.note}`;
  if (op === MEMCPY_OP.l1ToL2 || op === MEMCPY_OP.l2ToL1) return [`${head}`, `    ${copyText(r, op)}`];
  const weights = (['CONV', 'FC'] as const)
    .filter((kind) => step.writes.some(([offset]) => offset === REGISTERS[`WT_${kind}_ADDR`]))
    .map(
      (kind) => `weights ${hex(value(r, `WT_${kind}_ADDR`))}, ${value(r, `WT_${kind}_N`) * WORD_BYTES} bytes`,
    );
  const fetch = `instructions ${hex(value(r, 'IM_ADDR'))}, configuration ${hex(value(r, 'CONF_ADDR'))}`;
  return [head, `    ${[...weights, fetch].join('; ')}`, ...computeText(r, image)];
}

function host(step: HostStep, index: number, program: Program): string[] {
  const name = (id: number) => program.manifest.buffers[id]?.name ?? `buffer ${id}`;
  const ops = step.ops.map((o, i) => {
    const args = o.args.map((a) =>
      'buffer' in a ? name(a.buffer) : `@${a.result}${a.field === undefined ? '' : `.${a.field}`}`,
    );
    return `    @${i} = ${o.op}(${args.join(', ')})`;
  });
  return [
    `${String(index).padStart(6)}  host kernel`,
    ...ops,
    ...step.stores.map((s) => `    store ${name(s.buffer)}`),
  ];
}

/**
 * All steps of a program as text: copies with addresses and bytes, compute jobs with the instruction that the core will fetch
 * (the image's words, with what the host stores before the job), host kernels with their operators.
 *
 * @example
 * console.log(disassemble(compile(model)));
 */
export function disassemble(program: Program): string {
  const image = new ImageWords(program);
  const registers: Registers = new Map();
  const analog: AnalogRegisters = new Map();
  const lines: string[] = [];
  let layer = -1;
  program.manifest.steps.forEach((step, i) => {
    if (step.layer !== layer) {
      layer = step.layer;
      const l = program.manifest.layers[layer]!;
      lines.push(
        `${l.name}${l.layer === undefined ? '' : ` (${l.layer})`}: ${l.operators.join(' ')} ${l.detail}`.trimEnd(),
      );
    }
    if (step.kind === 'job') lines.push(...job(step, i, registers, analog, image));
    else if (step.kind === 'host') lines.push(...host(step, i, program));
  });
  return `${lines.join('\n')}\n`;
}
