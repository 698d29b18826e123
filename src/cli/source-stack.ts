import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const maps = new Map<string, SourceMap | undefined>();

/** The source map that a build left beside a file; undefined where there is none. */
function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) {
    const path = fileURLToPath(`${file}.map`);
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
  }
  return maps.get(file);
}

const PLACE = /(file:\/\/[^\s()]+?|\/[^\s():]+):(\d+):(\d+)/g;

/**
 * A stack trace whose places are those in the compiler's output, not in the bundle that runs. Node's own source maps would be read at every
 * start; this reads one when there is a stack to print.
 */
export const sourceStack = (stack: string): string =>
  stack.replaceAll(PLACE, (place, where: string, line: string, column: string) => {
    const file = where.startsWith('file:') ? where : pathToFileURL(where).href;
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    return `${new URL(entry.originalSource, file)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
