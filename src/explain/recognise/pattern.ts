import { extentOf, place, type Recogniser, type Suspect, share } from '../suspect.js';

/** Whether elements differ exactly where `of` holds, and the share of such places that differ. */
function only(s: Suspect, of: (p: { k: number; y: number; x: number }) => boolean): boolean {
  const shape = s.faulty.expected.shape;
  return s.wrong.every((i) => of(place(i, shape)));
}

/** What the wrong places have in common, where nothing else was found. */
function describe(s: Suspect): string {
  const shape = s.faulty.expected.shape;
  const [, channels = 1, height = 1, width = 1] = shape;
  const ks = new Set(s.wrong.map((i) => place(i, shape).k));
  const blocks = new Set([...ks].map((k) => Math.floor(k / 16)));
  if (height > 2 && only(s, (p) => p.y === 0 || p.y === height - 1 || p.x === 0 || p.x === width - 1))
    return 'only the border of the planes is wrong';
  const ends = new Set(s.layer.tiles.flatMap((t) => [t.y.lo, t.y.hi - 1]));
  if (ends.size < height && only(s, (p) => ends.has(p.y)))
    return 'only rows at the borders of tiles are wrong';
  if (width > 16 && only(s, (p) => p.x >= 16 * Math.floor((width - 1) / 16)))
    return 'only the last group of 16 columns is wrong';
  if (height > 2 && (only(s, (p) => p.y % 2 === 1) || only(s, (p) => p.x % 2 === 1)))
    return 'only every second row or column is wrong';
  if (ks.size <= 4 && channels > 4) return `only ${ks.size} of ${channels} channels are wrong`;
  if (blocks.size < Math.ceil(channels / 16))
    return `only ${blocks.size} of ${Math.ceil(channels / 16)} blocks of 16 channels are wrong`;
  if (s.layer.tiles.length > 1 && s.tiles.length < s.layer.tiles.length)
    return `only ${s.tiles.length} of ${s.layer.tiles.length} tiles are wrong`;
  return 'the wrong outputs are spread over the whole tensor';
}

/** Where the wrong outputs lie: blocks, channels, borders, tiles. */
export const pattern: Recogniser = (s) =>
  s.wrong.length === 0
    ? []
    : [
        {
          kind: 'pattern',
          claim: describe(s),
          evidence: `${share(s.wrong.length, s.faulty.expected.data.length)} outputs wrong, in ${extentOf(s)}`,
          strength: 0.05,
          repairs: [],
        },
      ];
