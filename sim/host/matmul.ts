/**
 * Product sums of a host conv2d or dense: out[k, p] = sum over t of weights[k, t] * columns[p, t]. All arrays are row-major, so both
 * operands of a sum are contiguous. One array type each keeps V8's inner loops monomorphic.
 */
export interface ProductSums<A> {
  /** `rows` x `taps`, beginning at element `weightsAt`. */
  readonly weights: A;
  readonly weightsAt: number;
  readonly rows: number;
  /** `points` x `taps`, from element 0. */
  readonly columns: A;
  readonly points: number;
  readonly taps: number;
  /** Sum (k, p) goes to element outAt + k * outPitch + p. */
  readonly out: A;
  readonly outAt: number;
  readonly outPitch: number;
}

/** Integer sums modulo 2^32. Blocks of 4 rows x 2 points share their loads. */
export function productSumsInt32(job: ProductSums<Int32Array>): void {
  const { rows, points } = job;
  const rows4 = rows - (rows % 4);
  const points2 = points - (points % 2);
  for (let p = 0; p < points2; p += 2) for (let k = 0; k < rows4; k += 4) block4x2(job, k, p);
  for (let k = 0; k < rows4; k += 4)
    for (let p = points2; p < points; p++) for (let i = 0; i < 4; i++) single(job, k + i, p);
  for (let k = rows4; k < rows; k++) for (let p = 0; p < points; p++) single(job, k, p);
}

function block4x2(job: ProductSums<Int32Array>, k: number, p: number): void {
  const { weights, columns, taps, out, outPitch } = job;
  const w0 = job.weightsAt + k * taps;
  const w1 = w0 + taps;
  const w2 = w1 + taps;
  const w3 = w2 + taps;
  const x0 = p * taps;
  const x1 = x0 + taps;
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  let c0 = 0;
  let c1 = 0;
  let d0 = 0;
  let d1 = 0;
  for (let t = 0; t < taps; t++) {
    const x = columns[x0 + t]!;
    const y = columns[x1 + t]!;
    const a = weights[w0 + t]!;
    const b = weights[w1 + t]!;
    const c = weights[w2 + t]!;
    const d = weights[w3 + t]!;
    a0 = (a0 + Math.imul(a, x)) | 0;
    a1 = (a1 + Math.imul(a, y)) | 0;
    b0 = (b0 + Math.imul(b, x)) | 0;
    b1 = (b1 + Math.imul(b, y)) | 0;
    c0 = (c0 + Math.imul(c, x)) | 0;
    c1 = (c1 + Math.imul(c, y)) | 0;
    d0 = (d0 + Math.imul(d, x)) | 0;
    d1 = (d1 + Math.imul(d, y)) | 0;
  }
  const o = job.outAt + k * outPitch + p;
  out[o] = a0;
  out[o + 1] = a1;
  out[o + outPitch] = b0;
  out[o + outPitch + 1] = b1;
  out[o + 2 * outPitch] = c0;
  out[o + 2 * outPitch + 1] = c1;
  out[o + 3 * outPitch] = d0;
  out[o + 3 * outPitch + 1] = d1;
}

function single(job: ProductSums<Int32Array>, k: number, p: number): void {
  const { weights, columns, taps } = job;
  const w = job.weightsAt + k * taps;
  const x = p * taps;
  let acc = 0;
  for (let t = 0; t < taps; t++) acc = (acc + Math.imul(weights[w + t]!, columns[x + t]!)) | 0;
  job.out[job.outAt + k * job.outPitch + p] = acc;
}

/** float32 sums: each product and each partial sum is rounded; t ascends from a sum of 0. */
export function productSumsFloat32(job: ProductSums<Float32Array>): void {
  const { weights, columns, taps, rows, points } = job;
  for (let k = 0; k < rows; k++)
    for (let p = 0; p < points; p++) {
      const w = job.weightsAt + k * taps;
      const x = p * taps;
      let acc = 0;
      for (let t = 0; t < taps; t++) acc = Math.fround(acc + Math.fround(weights[w + t]! * columns[x + t]!));
      job.out[job.outAt + k * job.outPitch + p] = acc;
    }
}

/**
 * How many of the int32 sums in `job.out` wrapped: their exact value is outside int32, or outside of `lo` to `hi`, to which they will wrap. The sums must be there already. A float64
 * sum is off by far less than 2^31 (products below 2^62, fewer than 2^20 taps), and an exact sum differs from its wrapped
 * value by multiples of 2^32, so comparing the two is exact.
 */
export function countWrapped(job: ProductSums<Int32Array>, [lo, hi]: readonly [number, number]): number {
  const { weights, columns, taps, rows, points } = job;
  let wrapped = 0;
  for (let k = 0; k < rows; k++)
    for (let p = 0; p < points; p++) {
      const w = job.weightsAt + k * taps;
      const x = p * taps;
      let acc = 0;
      for (let t = 0; t < taps; t++) acc += weights[w + t]! * columns[x + t]!;
      const sum = job.out[job.outAt + k * job.outPitch + p]!;
      if (Math.abs(acc - sum) > 2 ** 31 || sum < lo || sum > hi) wrapped++;
    }
  return wrapped;
}
