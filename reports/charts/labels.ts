/** A point of a chart with its name, in units of the canvas. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly width: number;
}

/** Where a name goes: its left end and its middle line. */
export interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LINE = 13;
const NEAR = 9;
const MARKER = 6;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const SAME = 4;

/** Points on (nearly) the same spot share one name: "a, b", "a and 3 more". */
export function mergeNames(points: readonly Labelled[], measure: (text: string) => number): Labelled[] {
  const groups: Labelled[][] = [];
  for (const point of points) {
    const near = groups.find(([g]) => g !== undefined && Math.hypot(g.x - point.x, g.y - point.y) < SAME);
    if (near === undefined) groups.push([point]);
    else near.push(point);
  }
  return groups.map((group) => {
    const [first, second] = group as [Labelled, ...Labelled[]];
    if (second === undefined) return first;
    const text =
      group.length === 2 ? `${first.text}, ${second.text}` : `${first.text} and ${group.length - 1} more`;
    return { ...first, text, width: measure(text) };
  });
}

/** The places beside a point, best first: right, left, then above and below, then one line further away. */
function candidates({ x, y, width }: Labelled): { x: number; y: number }[] {
  const right = x + NEAR;
  const left = x - NEAR - width;
  const middle = x - width / 2;
  return [
    { x: right, y },
    { x: left, y },
    { x: middle, y: y - LINE },
    { x: middle, y: y + LINE },
    { x: right, y: y - LINE },
    { x: right, y: y + LINE },
    { x: left, y: y - LINE },
    { x: left, y: y + LINE },
    { x: middle, y: y - 2 * LINE },
    { x: middle, y: y + 2 * LINE },
    { x: right, y: y - 2 * LINE },
    { x: right, y: y + 2 * LINE },
  ];
}

/**
 * Places for the names of points so that no name covers a point, a line (given by points on it) or another name, or leaves
 * the area; a name for which there is no place is left out (its point stays).
 */
export function placeLabels(
  points: readonly Labelled[],
  area: Box,
  lines: readonly { readonly x: number; readonly y: number }[] = [],
): Placed[] {
  const around = (at: { x: number; y: number }, by: number): Box => ({
    left: at.x - by,
    right: at.x + by,
    top: at.y - by,
    bottom: at.y + by,
  });
  const taken: Box[] = [...points.map((point) => around(point, MARKER)), ...lines.map((at) => around(at, 1))];
  const placed: Placed[] = [];
  for (const point of points) {
    for (const { x, y } of candidates(point)) {
      const box = { left: x, right: x + point.width, top: y - LINE / 2, bottom: y + LINE / 2 };
      const inside =
        box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
      if (!inside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      placed.push({ text: point.text, x, y });
      break;
    }
  }
  return placed;
}
