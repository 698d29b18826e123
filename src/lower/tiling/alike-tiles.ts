import type { Strip } from './columns.js';
import { type ConvGeometry, inputRows, type SpatialTile } from './conv-geometry.js';
import { extent, pieces } from './ranges.js';

/** Tiles that cost the same and take the same room: one of them, and how many there are. */
export interface AlikeTiles {
  readonly tile: SpatialTile;
  readonly count: number;
}

/** One of each kind, and how often it stands in the list. */
function byKind<T>(all: readonly T[], kind: (t: T) => string): { readonly one: T; count: number }[] {
  const kinds = new Map<string, { readonly one: T; count: number }>();
  for (const one of all) {
    const known = kinds.get(kind(one));
    if (known === undefined) kinds.set(kind(one), { one, count: 1 });
    else known.count++;
  }
  return [...kinds.values()];
}

type RowTile = Pick<SpatialTile, 'rows' | 'input'>;

/** Kinds of row tiles: all but those at the image's edges and the last one are alike. */
export function rowKinds(g: ConvGeometry, height: number) {
  const tiles = pieces(g.outputRows, height).map((rows): RowTile => ({ rows, input: inputRows(g, rows) }));
  return byKind(
    tiles,
    ({ rows, input: i }) => `${extent(rows)} ${extent(i)} ${i.zerosBefore} ${i.zerosAfter}`,
  );
}

/** Kinds of strips: columns that lie outside the tensor cost the same as others. */
export const stripKinds = (strips: readonly Strip[]) =>
  byKind(strips, (s) => `${s.columnGroups} ${s.inputPitch} ${extent(s.out)}`);

/** The kinds of tiles of a spatial cut. */
export function alikeTiles(
  rows: ReturnType<typeof rowKinds>,
  strips: ReturnType<typeof stripKinds>,
): AlikeTiles[] {
  return strips.flatMap((s) =>
    rows.map((r) => ({ tile: { ...r.one, strip: s.one }, count: r.count * s.count })),
  );
}
