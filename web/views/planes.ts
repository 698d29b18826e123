import type { TensorView } from '../worker/tensors.js';

/** Channels beyond this are left out. */
const PLANES = 256;

/** A plane a channel, side by side, a pixel an element; vectors become one plane as square as it goes. */
export function planesOf(shape: readonly number[]): { planes: number; rows: number; columns: number } {
  const s = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  if (s.length >= 3) return { planes: s[0]!, rows: s[1]!, columns: s.slice(2).reduce((a, b) => a * b, 1) };
  const n = s.reduce((a, b) => a * b, 1);
  const columns = Math.max(1, Math.ceil(Math.sqrt(n)));
  return { planes: 1, rows: Math.ceil(n / columns), columns };
}

/** Draws values from dark (the least) to light (the most), or where they differ. */
export function drawPlanes(
  canvas: HTMLCanvasElement,
  tensor: TensorView,
  what: 'actual' | 'difference',
): void {
  const { planes, rows, columns } = planesOf(tensor.shape);
  const shown = Math.min(planes, PLANES);
  const beside = Math.max(1, Math.ceil(Math.sqrt((shown * rows) / columns) * 1.4));
  const [width, height] = [beside * (columns + 1), Math.ceil(shown / beside) * (rows + 1)];
  canvas.width = width;
  canvas.height = height;
  const scale = Math.max(1, Math.min(8, Math.floor(440 / width)));
  canvas.style.width = `${width * scale}px`;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  let [least, most] = [Infinity, -Infinity];
  for (const v of tensor.actual) {
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  const range = most - least || 1;
  for (let p = 0; p < shown; p++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const i = (p * rows + y) * columns + x;
        if (i >= tensor.actual.length) continue;
        const at = 4 * ((Math.floor(p / beside) * (rows + 1) + y) * width + (p % beside) * (columns + 1) + x);
        const v = tensor.actual[i]!;
        const grey = Math.round((255 * (v - least)) / range);
        const equal = v === tensor.expected[i] || (Number.isNaN(v) && Number.isNaN(tensor.expected[i]));
        const [r, g, b] = what === 'actual' ? [grey, grey, grey] : equal ? [217, 217, 217] : [213, 94, 0];
        image.data.set([r!, g!, b!, 255], at);
      }
  context.putImageData(image, 0, 0);
}
