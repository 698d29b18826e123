/** A drawing that moves with others. */
export interface Mover {
  /** Middles of what drawings have in common, by name, downwards in the drawing's units. */
  readonly anchors: ReadonlyMap<string, number>;
  readonly height: number;
  /** Brings a place into the middle of the frame, sideways as a share of what can be scrolled. */
  readonly show: (y: number, sideways: number) => void;
  readonly zoomBy: (factor: number) => void;
  readonly wholeWidth: () => void;
}

/**
 * The place in one drawing that is beside `y` of another: between the same neighbours that both have, at the same share of the way. Before the
 * first and behind the last, the drawings' ends are the neighbours.
 */
export function placeBeside(
  y: number,
  from: Pick<Mover, 'anchors' | 'height'>,
  to: Pick<Mover, 'anchors' | 'height'>,
): number {
  const shared = [...from.anchors]
    .filter(([name]) => to.anchors.has(name))
    .map(([name, at]): readonly [number, number] => [at, to.anchors.get(name)!]);
  const stops = [[0, 0] as const, ...shared, [from.height, to.height] as const].sort((a, b) => a[0] - b[0]);
  const next = Math.max(
    1,
    stops.findIndex(([at]) => at > y),
  );
  const [low, high] = [
    stops[(y >= from.height ? stops.length - 1 : next) - 1]!,
    stops[y >= from.height ? stops.length - 1 : next]!,
  ];
  const share = high[0] === low[0] ? 0 : Math.min(1, Math.max(0, (y - low[0]) / (high[0] - low[0])));
  return low[1] + share * (high[1] - low[1]);
}

/** Drawings side by side: what one is moved or zoomed, the others follow. */
export class Together {
  readonly #movers = new Set<Mover>();

  add(mover: Mover): () => void {
    this.#movers.add(mover);
    return () => this.#movers.delete(mover);
  }

  moved(by: Mover, y: number, sideways: number): void {
    for (const m of this.#movers) if (m !== by) m.show(placeBeside(y, by, m), sideways);
  }

  zoomed(by: Mover, factor: number): void {
    for (const m of this.#movers) if (m !== by) m.zoomBy(factor);
  }

  fitted(by: Mover): void {
    for (const m of this.#movers) if (m !== by) m.wholeWidth();
  }
}
