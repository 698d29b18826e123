import { once } from 'node:events';
import { UserError } from '../../base/errors.js';
import { isModelName } from '../../models/registry.js';
import { givenFiles } from '../../node/site/given-files.js';
import { openBrowser } from '../../node/site/open-browser.js';
import { serveSite, siteFolder } from '../../node/site/serve.js';
import { isFileArgument } from '../file-argument.js';

export interface UiOptions {
  readonly port: number;
  readonly open: boolean;
}

/** What the page's address says about the words: a built-in network, or files that are served beside it. */
function wanted(words: readonly string[]): { readonly hash: string; readonly files: readonly string[] } {
  const [first] = words;
  if (first === undefined) return { hash: '', files: [] };
  if (words.length === 1 && isModelName(first) && !isFileArgument(first, isModelName))
    return { hash: `#model=${encodeURIComponent(first)}`, files: [] };
  return { hash: '#given', files: words };
}

/** The command `ui`: serves the site until it is interrupted. Throws a UserError for files that cannot be read and a port that is taken. */
export async function ui(words: readonly string[], { port, open }: UiOptions): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new UserError(`--port is ${port}; must be a whole number of 0 to 65535.`);
  const { hash, files } = wanted(words);
  const given = givenFiles(files);
  const { server, address } = await serveSite(siteFolder(), { port, given });
  process.stdout.write(`${address}${hash}\nCtrl-C ends it.\n`);
  if (open) openBrowser(`${address}${hash}`);
  await once(server, 'close');
}
