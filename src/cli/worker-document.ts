import type { ResultDocument } from '../results/document.js';
import type { RunResult } from '../results/run.js';
import type { OutputArguments } from './output.js';

const withoutTimeline = (run: RunResult): RunResult =>
  Object.defineProperties({} as RunResult, {
    // Not by spreading, which would make the timeline to throw it away.
    ...Object.getOwnPropertyDescriptors(run),
    timeline: { value: [], enumerable: true },
  });

/**
 * A document as it crosses from a worker: runs have thousands of slices of time, which nothing shows but what is written into files. A twentieth
 * of the time went by while they were made, copied and read.
 */
export function documentForMain(document: ResultDocument, { json, report }: OutputArguments): ResultDocument {
  if (json !== undefined || report !== undefined) return document;
  return { ...document, models: document.models.map((m) => ({ ...m, run: withoutTimeline(m.run) })) };
}
