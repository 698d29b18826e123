import type { ConvOperation } from '../../../sim/isa/operation.js';

/**
 * hardware.md section 4 word for word, PE by PE: one output element after another, one product after another, bytes found by the
 * reversal rule. Slow and obvious; the fast array is held against it.
 */
const byteAt = (element: number): number => (element & ~3) | (3 - (element & 3));

const signed = (byte: number): number => (byte << 24) >> 24;

/** The bytes of L1 that the conv writes, given L1 and the weight memory. */
export function literalConv(o: ConvOperation, l1: Uint8Array, weightMemory: Uint8Array): Uint8Array {
  const outputColumns = 16 * o.columnGroups;
  const out = new Uint8Array(16 * o.blocks * o.outputRows * outputColumns);
  const blockBytes = o.channels * o.kernelHeight * o.kernelWidth * 16 + 64;
  const input = (c: number, y: number, x: number): number => {
    if (y < 0 || y >= o.rows || x < 0 || x >= o.pitch - o.padding.deadColumns) return 0;
    return signed(l1[o.input + byteAt((c * o.rows + y) * o.pitch + x)]!);
  };
  for (let k = 0; k < 16 * o.blocks; k++) {
    const block = o.weights + Math.floor(k / 16) * blockBytes;
    const lane = k % 16;
    const taps = o.channels * o.kernelHeight * o.kernelWidth;
    let bias = 0;
    for (let plane = 0; plane < 4; plane++)
      bias |= weightMemory[block + byteAt(taps * 16 + plane * 16 + lane)]! << (8 * plane);
    for (let y = 0; y < o.outputRows; y++)
      for (let x = 0; x < outputColumns; x++) {
        let accumulator = 0;
        for (let c = 0; c < o.channels; c++)
          for (let fy = 0; fy < o.kernelHeight; fy++)
            for (let fx = 0; fx < o.kernelWidth; fx++) {
              const tap = (c * o.kernelHeight + fy) * o.kernelWidth + fx;
              const weight = signed(weightMemory[block + byteAt(tap * 16 + lane)]!);
              const value = input(
                c,
                y * o.stride + fy - o.padding.top,
                x * o.stride + fx - o.padding.horizontal,
              );
              accumulator = (accumulator + Math.imul(weight, value)) | 0;
            }
        accumulator = (accumulator + bias) | 0;
        const shifted = accumulator >> o.shift;
        const saturated = Math.min(127, Math.max(-128, shifted));
        const result = o.relu ? Math.max(0, saturated) : saturated;
        out[byteAt((k * o.outputRows + y) * outputColumns + x)] = result;
      }
  }
  return out;
}
