import { place, type Recogniser, type Suspect, type Suspicion, share } from '../suspect.js';

interface Offset {
  readonly k: number;
  readonly y: number;
  readonly x: number;
}

/** Offsets that drivers get wrong: a channel, a lane group, a block; rows of a halo; columns, words, lines. */
const OFFSETS: readonly Offset[] = [
  ...[1, 4, 16, 32].flatMap((k) => [
    { k, y: 0, x: 0 },
    { k: -k, y: 0, x: 0 },
  ]),
  ...[1, 2, 3, 4, 8].flatMap((y) => [
    { k: 0, y, x: 0 },
    { k: 0, y: -y, x: 0 },
  ]),
  ...[1, 2, 4, 16, 32].flatMap((x) => [
    { k: 0, y: 0, x },
    { k: 0, y: 0, x: -x },
  ]),
];

const show = ({ k, y, x }: Offset): string => {
  const [n, what] = k !== 0 ? [k, 'channel'] : y !== 0 ? [y, 'row'] : [x, 'column'];
  return `${Math.abs(n)} ${what}${Math.abs(n) === 1 ? '' : 's'} ${n > 0 ? 'further on' : 'before'}`;
};

function offsets(s: Suspect, actual: ArrayLike<number>): Suspicion[] {
  const shape = s.faulty.expected.shape;
  const [, channels = 1, rows = 1, columns = 1] = shape;
  const expected = s.faulty.expected.data;
  const out: Suspicion[] = [];
  for (const o of OFFSETS) {
    let inside = 0;
    let explained = 0;
    for (const i of s.wrong) {
      const p = place(i, shape);
      const [k, y, x] = [p.k + o.k, p.y + o.y, p.x + o.x];
      if (k < 0 || k >= channels || y < 0 || y >= rows || x < 0 || x >= columns) continue;
      inside++;
      if (expected[(k * rows + y) * columns + x] === actual[i]) explained++;
    }
    if (inside < 4 || inside < 0.5 * s.wrong.length || explained < 0.8 * inside) continue;
    out.push({
      kind: 'moved',
      claim: `wrong places hold the values of ${show(o)}`,
      evidence: `${share(explained, inside)} wrong outputs whose neighbour lies inside the tensor`,
      strength: (0.8 * explained) / inside,
      repairs: [],
    });
  }
  return out;
}

function reversed(s: Suspect, actual: ArrayLike<number>): Suspicion[] {
  const columns = s.faulty.expected.shape.at(-1) ?? 1;
  const expected = s.faulty.expected.data;
  let inside = 0;
  let explained = 0;
  for (const i of s.wrong) {
    const x = i % columns;
    if ((x ^ 3) >= columns) continue;
    inside++;
    if (expected[i - x + (x ^ 3)] === actual[i]) explained++;
  }
  if (inside < 4 || explained < 0.9 * inside) return [];
  return [
    {
      kind: 'pattern',
      claim: 'the bytes of each 32-bit word are in reversed order',
      evidence: `${share(explained, inside)} wrong outputs hold the value of column x ^ 3`,
      strength: explained / inside,
      repairs: [],
    },
  ];
}

function otherTensor(s: Suspect, actual: ArrayLike<number>): Suspicion[] {
  const wrong = s.wrong;
  if (wrong.length < 8) return [];
  for (const [name, t] of s.reference.tensors) {
    if (name === s.layer.tensor || t.data.length !== actual.length || t.dtype !== 'int8') continue;
    const explained = wrong.filter((i) => t.data[i] === actual[i]).length;
    if (explained < 0.9 * wrong.length) continue;
    return [
      {
        kind: 'moved',
        claim: `wrong places hold the values of tensor ${name}`,
        evidence: `${share(explained, wrong.length)} wrong outputs`,
        strength: explained / wrong.length,
        repairs: [],
      },
    ];
  }
  return [];
}

/** Values of another channel, row or column, of another tensor, or bytes in the wrong order. */
export const moved: Recogniser = (s) => {
  const actual = s.faulty.actual?.data;
  if (actual === undefined || s.wrong.length === 0) return [];
  const distinct = new Set(s.wrong.slice(0, 200).map((i) => actual[i]!)).size;
  // A constant equals itself everywhere: it says nothing of where it came from.
  if (distinct < 3) return [];
  return [...offsets(s, actual), ...reversed(s, actual), ...otherTensor(s, actual)]
    .sort((a, b) => b.strength - a.strength)
    .slice(0, 2);
};
