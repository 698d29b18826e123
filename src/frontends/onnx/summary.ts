import type { OnnxNode } from './proto.js';

/** "12 nodes read: 5 Conv, 4 Relu, ..."; the most frequent operators first. */
export function readSummary(nodes: readonly OnnxNode[]): string {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  const byCount = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const list = byCount.map(([op, n]) => `${n} ${op}`).join(', ');
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'} read: ${list || 'none'}`;
}

/** Rewritings in all: those of one kind ("... merged into ...") one by one up to this many. */
const MOST = 8;

/** The lines of the importer's summary: what was read, what was rewritten. */
export function importSummary(
  nodes: readonly OnnxNode[],
  expanded: readonly OnnxNode[],
  remarks: readonly string[],
): string[] {
  const kept = new Set(expanded);
  const formats = nodes.filter((n) => !kept.has(n) && n.op.startsWith('Q') && n.op !== 'QuantizeLinear');
  const qdq = formats.length === 0 ? [] : [`${formats.length} nodes of the operator format read as QDQ`];
  const shown =
    remarks.length > MOST ? [...remarks.slice(0, MOST), `and ${remarks.length - MOST} more`] : remarks;
  const rewritten = [...qdq, ...shown];
  return [readSummary(nodes), ...(rewritten.length === 0 ? [] : [`rewritten: ${rewritten.join('; ')}`])];
}
