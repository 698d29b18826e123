import type { FaultKind } from '../fault.js';
import { ANALOG_FAULTS } from './analog.js';
import { HOST_FAULTS } from './host.js';
import { INSTRUCTION_FAULTS } from './instruction.js';
import { JOB_FAULTS } from './jobs.js';
import { WEIGHT_FAULTS } from './weights.js';

/** Kinds of fault that a compiler for the core may make. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...INSTRUCTION_FAULTS,
  ...JOB_FAULTS,
  ...WEIGHT_FAULTS,
  ...HOST_FAULTS,
  ...ANALOG_FAULTS,
];
