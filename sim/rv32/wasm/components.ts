/**
 * The strongly connected components of `nodes` under `successors` (those outside `nodes` are left out), so that every edge
 * between two of them goes ahead. Tarjan's algorithm.
 */
export function components(
  nodes: readonly number[],
  successors: (node: number) => readonly number[],
): number[][] {
  const inside = new Set(nodes);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const found: number[][] = [];
  const visit = (node: number): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!);
    open.push(node);
    isOpen.add(node);
    for (const to of successors(node)) {
      if (!inside.has(to)) continue;
      if (!index.has(to)) {
        visit(to);
        low.set(node, Math.min(low.get(node)!, low.get(to)!));
      } else if (isOpen.has(to)) low.set(node, Math.min(low.get(node)!, index.get(to)!));
    }
    if (low.get(node) !== index.get(node)) return;
    const part: number[] = [];
    let last: number;
    do {
      last = open.pop()!;
      isOpen.delete(last);
      part.push(last);
    } while (last !== node);
    found.push(part);
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return found.reverse();
}
