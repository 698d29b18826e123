import type { Action } from './calls.js';
import type { Node } from './reroll.js';

/** The calls that stand in the C, in the order of its text: each body of a loop or table once. */
export const writtenCalls = (nodes: readonly Node[]): Action[] =>
  nodes.flatMap((node) => (node.kind === 'action' ? [node.action] : writtenCalls(node.body)));

/** For each call that the C makes as it runs, the one of `writtenCalls` that makes it. */
export function performedBy(nodes: readonly Node[]): Action[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'action') return [node.action];
    const turn = performedBy(node.body);
    const turns = node.kind === 'loop' ? node.count : node.rows.length;
    return Array.from({ length: turns }, () => turn).flat();
  });
}
