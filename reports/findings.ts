import { hex } from '../src/base/units.js';
import { FINDING_KINDS, type Finding, type FindingBytes } from '../src/results/finding.js';

const showBytes = ({ memory, address, bytes, owner }: FindingBytes): string =>
  `${memory} ${hex(address)}..${hex(address + bytes)} (${bytes} ${bytes === 1 ? 'byte' : 'bytes'}${owner === undefined ? '' : `, ${owner}`})`;

const showRegisters = (registers: Readonly<Record<string, number>>): string =>
  Object.entries(registers)
    .map(([name, value]) => `${name}=${hex(value)}`)
    .join(' ');

/** "outside the object: the copy to L2 of job 3 writes 512 bytes past the end of output (3 times)" */
export const findingTitle = ({ kind, what, count }: Finding): string =>
  `${FINDING_KINDS[kind]}: ${what}${count === 1 ? '' : ` (${count} times)`}`;

/** All that is known of a finding's first occurrence: label and text. */
export function findingDetails({ fix, first }: Finding): (readonly [label: string, text: string])[] {
  const rows: (readonly [string, string])[] = [['at', first.at]];
  if (first.tile !== undefined) rows.push(['tile', first.tile]);
  if (first.instruction !== undefined) rows.push(['instruction', first.instruction]);
  if (first.registers !== undefined && Object.keys(first.registers).length > 0)
    rows.push(['registers', showRegisters(first.registers)]);
  for (const bytes of first.bytes) rows.push(['bytes', showBytes(bytes)]);
  if (first.writtenBy !== undefined) rows.push(['written by', first.writtenBy]);
  if (first.stack.length > 1) rows.push(['called from', first.stack.slice(1).join(', ')]);
  rows.push(['what to do', fix]);
  return rows;
}

/** A finding for people, its first line the title. */
export const findingLines = (finding: Finding): string[] => [
  findingTitle(finding),
  ...findingDetails(finding).map(([label, text]) => `  ${label.padEnd(11)} ${text}`),
];
