import { BANKS } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_REGISTERS as R } from '../../../sim/isa/analog/registers.js';
import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { MEMCPY_OP } from '../../../sim/isa/registers.js';
import type { DraftBuffer, DraftJob } from '../draft.js';
import type { LineRun } from '../tiling/line-runs.js';

/** To the banks or from them. */
export type BankCopyOp = typeof MEMCPY_OP.banksL2ToL1 | typeof MEMCPY_OP.banksL1ToL2;

/**
 * A copy of lines of all four banks between a buffer of pixels and L1, from `base` bytes on in each bank. It is the analog driver's copy, at
 * the analog core's port, whichever core's layer it serves. [dory]
 */
export const bankCopy = (
  op: BankCopyOp,
  buffer: DraftBuffer,
  base: number,
  { l2, l1, lines }: LineRun,
  note: string,
): Pick<DraftJob, 'writes' | 'note'> => ({
  writes: [
    [R.MEMCPY_OP, op],
    [R.MEMCPY_ADDR, { buffer, offset: l2 * BANKS * LINE_BYTES }],
    [R.L1ADDR, base / LINE_BYTES + l1],
    [R.MEMCPY_BANK_LENGTH, BANKS],
    [R.MEMCPY_ROW_LENGTH, lines],
    [R.TRIGGER, 1],
  ],
  note: `${note} lines ${l2}..${l2 + lines} of each bank`,
});
