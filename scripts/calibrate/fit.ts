/** One observation: what each parameter is multiplied with, and what came out (more than 0). */
export interface Observation {
  readonly features: readonly number[];
  readonly value: number;
}

const REWEIGHTINGS = 60;
const ROUNDS = 5000;

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((n, v, i) => n + v * b[i]!, 0);

/** Non-negative least squares with weights: cyclic coordinate descent on the normal equations until nothing moves any more. */
function weightedFit(observations: readonly Observation[], weights: readonly number[]): number[] {
  const index = (observations[0]?.features ?? []).map((_, i) => i);
  const sum = (f: (o: Observation) => number): number =>
    observations.reduce((n, o, i) => n + f(o) * weights[i]!, 0);
  const matrix = index.map((i) => index.map((j) => sum((o) => o.features[i]! * o.features[j]!)));
  const right = index.map((i) => sum((o) => o.features[i]! * o.value));
  const x = index.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (const i of index) {
      const own = matrix[i]![i]!;
      if (own === 0) continue;
      const next = Math.max(0, x[i]! + (right[i]! - dot(matrix[i]!, x)) / own);
      moved = Math.max(moved, Math.abs(next - x[i]!) / Math.max(1, x[i]!));
      x[i] = next;
    }
    if (moved < 1e-10) break;
  }
  return x;
}

/** The weight under which the gradient of least squares is that of log(estimate / value)^2. */
function logarithmicWeight(estimate: number, value: number): number {
  // An estimate near 0 would weigh without bound.
  const e = Math.max(estimate, value / 10);
  return Math.abs(e / value - 1) < 1e-9 ? 1 / e ** 2 : Math.log(e / value) / ((e - value) * e);
}

/**
 * The parameters >= 0 with the least sum of log(estimate / value)^2, by reweighted least squares: ratios count, so twice too much
 * is as bad as half, and every observation counts alike, whatever its size. A parameter that no observation shows is 0.
 */
export function fitNonNegative(observations: readonly Observation[]): number[] {
  let x = weightedFit(
    observations,
    observations.map((o) => 1 / o.value ** 2),
  );
  for (let i = 0; i < REWEIGHTINGS; i++)
    x = weightedFit(
      observations,
      observations.map((o) => logarithmicWeight(dot(o.features, x), o.value)),
    );
  return x;
}
