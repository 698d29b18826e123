import { UserError } from '../src/base/errors.js';

/** The part of the work that one of several machines does; `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Parses "2/4"; throws a UserError for anything else. */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const index = Number(match?.[1]);
  const of = Number(match?.[2]);
  if (match === null || index < 1 || of < 1 || index > of)
    throw new UserError(`--shard is "${text}"; must be i/n with 1 <= i <= n, for example 1/4.`);
  return { index, of };
}

/** Every n-th item from the i-th on: neighbours, which tend to cost the same, go to different machines. */
export const shardOf = <T>(items: readonly T[], { index, of }: Shard): T[] =>
  items.filter((_, i) => i % of === index - 1);
