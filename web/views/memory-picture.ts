/** Bytes in a row of the picture. */
const ROW = 512;

/** Draws the first `used` bytes of a memory, a pixel a byte, as signed values from dark to light. */
export function drawMemory(canvas: HTMLCanvasElement, bytes: Uint8Array, used: number): void {
  const n = Math.min(bytes.length, Math.max(ROW, used));
  canvas.width = ROW;
  canvas.height = Math.ceil(n / ROW);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < n; i++) {
    const grey = ((bytes[i]! << 24) >> 24) + 128;
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
