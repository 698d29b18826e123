import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import type { OnnxValueInfo } from './proto.js';

/** Extents of symbolic dimensions by name. */
type Dimensions = Readonly<Record<string, number>> | undefined;

/** Refuses a dimension that no input has: a misspelt one would silently do nothing. */
export function checkDimensions(inputs: readonly OnnxValueInfo[], dimensions: Dimensions): void {
  const symbols = inputs.flatMap((i) => i.shape ?? []).filter((d) => typeof d === 'string');
  const unknown = Object.keys(dimensions ?? {}).find((name) => !symbols.includes(name));
  if (unknown === undefined) return;
  const known = symbols.length === 0 ? 'all are numbers' : `symbolic are ${[...new Set(symbols)].join(', ')}`;
  throw new UserError(`no input has a dimension ${unknown}; ${known}.`);
}

/** The shape of an input with its symbols replaced; the first axis (the batch) is 1 where nothing is said. */
export function inputShape(info: OnnxValueInfo, dimensions: Dimensions): number[] {
  if (info.shape === undefined) throw new UserError(`input ${info.name} has no shape.`);
  const shape = info.shape.map((d, axis) => {
    // A file may call a dimension "constructor": only what was given counts.
    const given = typeof d === 'string' && Object.hasOwn(dimensions ?? {}, d) ? dimensions![d] : undefined;
    const extent = typeof d === 'number' ? d : (given ?? (axis === 0 ? 1 : 0));
    // An extent of 0 on the batch axis is how some exporters write "any".
    return extent === 0 && axis === 0 ? 1 : extent;
  });
  if (shape.some((d) => d < 1 || d > 2 ** 31))
    throw new UserError(
      `input ${info.name} has shape ${showShape(info.shape as number[])}; every axis but the first must be a number of at least 1. ` +
        'Give symbolic dimensions a value (--dimensions NAME=N).',
    );
  return shape;
}
