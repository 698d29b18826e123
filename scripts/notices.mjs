// The text that must go with files that hold code of other packages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package that a module of node_modules belongs to. */
const packageOf = (id) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];

/** Name, version, terms and the full text of a package's licence, as the terms of most ask for. */
function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((f) => /^(licen[cs]e|copying)/i.test(f));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license})${text}`;
}

/** The notices of the packages that modules belong to, by their paths. */
export function notices(modules) {
  const packages = [...new Set(modules.map(packageOf).filter((p) => p !== undefined))].sort();
  return `The files beside this one hold code of these packages.\n\n${packages.map(notice).join('\n\n----\n\n')}\n`;
}
