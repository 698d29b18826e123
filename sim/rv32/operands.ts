import type { Decoded } from './decode.js';
import type { Effect, Instruction } from './table/index.js';

/** The registers that an effect's text mentions: the hazards of the pipeline derive from the semantics themselves. */
type RegisterField = 'rd' | 'rs1' | 'rs2' | 'rs3';

const textOf = (effect: Effect): string => {
  switch (effect.kind) {
    case 'value':
      return effect.expr;
    case 'load':
      return `${effect.address} ${effect.post ?? ''}`;
    case 'store':
      return `${effect.address} ${effect.post ?? ''} rs2`;
    case 'branch':
      return effect.when;
    case 'jumpRegister':
      return 'rs1';
    case 'loop':
      return `${effect.start ?? ''} ${effect.end ?? ''} ${effect.count ?? ''}`;
    case 'csr':
      return effect.source;
    default:
      return '';
  }
};

const readsOf = new Map<Instruction, readonly RegisterField[]>();

/** The register fields that a row reads. */
export function readFields(row: Instruction): readonly RegisterField[] {
  let fields = readsOf.get(row);
  if (fields === undefined) {
    const text = textOf(row.effect);
    fields = (['rd', 'rs1', 'rs2', 'rs3'] as const).filter((f) => new RegExp(`\\b${f}\\b`).test(text));
    readsOf.set(row, fields);
  }
  return fields;
}

/** Whether an instruction reads register `r`; x0 is never waited for. */
export const readsRegister = (d: Decoded, r: number): boolean =>
  r !== 0 && readFields(d.row).some((field) => d[field] === r);

/** Every register that an instruction writes, x0 left out. */
export function writtenRegisters(d: Decoded): readonly number[] {
  const { effect } = d.row;
  const base = (effect.kind === 'load' || effect.kind === 'store') && effect.post !== undefined ? d.rs1 : 0;
  return [resultRegister(d), base].filter((r) => r !== 0);
}

/** The register that an instruction's result goes to, 0 for none. A post-incremented base is not its result. */
export function resultRegister(d: Decoded): number {
  const { kind } = d.row.effect;
  return kind === 'value' || kind === 'load' || kind === 'jump' || kind === 'jumpRegister' || kind === 'csr'
    ? d.rd
    : 0;
}
