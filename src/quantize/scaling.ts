import type { Expr } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import { type Batch, channelMaxima, channelsOf } from './batch.js';
import { bestRealExponent, type Values } from './exponent.js';
import { isConstant } from './prepare/affine.js';
import { channelRepeat, Groups, isMean, joinedBy, source } from './structure.js';
import type { Units } from './units.js';

/** What a tensor is multiplied with inside the network: one factor, or one a channel (axis 1). */
export type Factor = number | Float64Array;

/** Factor of channel `c`. */
export const factorAt = (f: Factor, c: number): number => (typeof f === 'number' ? f : f[c]!);

/**
 * Scales tensors inside the network without changing its function: a layer's weights are multiplied by its output's factor and divided
 * by its input's. Channel factors come from equalization (equalize.ts); the factor of a whole tensor moves its best real scale
 * to a power of two. Tensors that meet in a sum or a concatenation share the factor of the whole.
 */
export class Scaling {
  readonly #groups: Groups;
  readonly #whole = new Map<Expr, number>();
  readonly #channels: ReadonlyMap<Expr, Float64Array>;
  readonly #units: Units;

  constructor(
    body: Expr,
    units: Units,
    channels: ReadonlyMap<Expr, Float64Array>,
    values: (e: Expr) => Batch | undefined,
  ) {
    this.#channels = channels;
    this.#units = units;
    this.#groups = factorGroups(body, units);
    const members = new Map<Expr, Expr[]>();
    const order = postOrder(body).filter((e) => e.kind !== 'constant' && e.kind !== 'tuple');
    for (const e of order) {
      if (source(e, units) !== e || units.inside.has(e) || values(e) === undefined) continue;
      const group = this.#groups.of(e);
      members.set(group, [...(members.get(group) ?? []), e]);
    }
    for (const [group, list] of members) {
      const exponent =
        limitExponent(list, units) ?? bestRealExponent(list.map((e) => this.valuesOf(e, values(e)!)));
      this.#whole.set(group, 2 ** (Math.round(exponent) - exponent));
    }
  }

  /** The factor of a tensor. */
  of(e: Expr): Factor {
    const whole = this.#whole.get(this.#groups.of(source(e, this.#units))) ?? 1;
    const channels = this.#channelsAt(e);
    return channels === undefined ? whole : channels.map((v) => v * whole);
  }

  /** A tensor's values with its factor. */
  valuesOf(e: Expr, batch: Batch): Values {
    const factor = this.of(e);
    const { channels, inner } = channelsOf(batch.shape);
    const largest = channelMaxima(batch).reduce(
      (most, v, c) => Math.max(most, Math.abs(v * factorAt(factor, c))),
      0,
    );
    return {
      length: batch.data.length,
      largest,
      at:
        typeof factor === 'number'
          ? (i) => batch.data[i]! * factor
          : (i) => batch.data[i]! * factor[Math.floor(i / inner) % channels]!,
    };
  }

  #channelsAt(e: Expr): Float64Array | undefined {
    const own = this.#channels.get(e);
    if (own !== undefined || e.kind !== 'call' || this.#units.byRoot.has(e)) return own;
    const repeat = channelRepeat(e);
    const from = repeat === undefined ? undefined : this.#channelsAt(e.args[0]!);
    if (from === undefined || repeat === 1) return from;
    return Float64Array.from({ length: from.length * repeat! }, (_, i) => from[Math.floor(i / repeat!)]!);
  }
}

function factorGroups(body: Expr, units: Units): Groups {
  const groups = new Groups();
  for (const e of postOrder(body)) {
    const unit = units.byRoot.get(e);
    if (unit?.kind === 'sum')
      for (const a of unit.sum.args) if (!isConstant(a)) groups.join(source(a, units), e);
    // A mean has an exponent of its own, but scales with what it is over.
    if (e.kind === 'call' && isMean(e)) groups.join(source(e.args[0]!, units), e);
    for (const field of joinedBy(e) ?? []) groups.join(source(field, units), e);
  }
  return groups;
}

/**
 * The real exponent at which an upper limit (ReLU6) is 127, so that saturation is that limit and costs no operator; undefined
 * where no member of the group has one.
 */
function limitExponent(members: readonly Expr[], units: Units): number | undefined {
  const limits = members.map((e) => units.byRoot.get(e)?.activation?.hi ?? Infinity).filter(Number.isFinite);
  return limits.length === members.length && limits.length > 0
    ? Math.log2(Math.max(...limits) / 127)
    : undefined;
}
