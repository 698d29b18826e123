import { UserError } from '../base/errors.js';
import { describeImage, IMAGE_FILE, MANIFEST_FILE, manifestDigest } from './files.js';
import type { Manifest, Program } from './types.js';

/**
 * The text of program.json: the manifest and its digest. One line an element of a list, so that two programs can be compared
 * line by line. The same Program gives the same bytes.
 */
export function renderManifest(manifest: Manifest): string {
  const entries = Object.entries({ ...manifest, digest: manifestDigest(manifest) });
  const lines = entries.map(([key, value]) => `${JSON.stringify(key)}: ${renderValue(key, value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function renderValue(key: string, value: unknown): string {
  if (!Array.isArray(value)) return render(key, value);
  return value.length === 0 ? '[]' : `[\n${value.map((v) => `  ${render(key, v)}`).join(',\n')}\n]`;
}

/** JSON has no infinities: they would come back as null. */
const render = (key: string, value: unknown): string =>
  JSON.stringify(value, (name, v: unknown) => {
    if (typeof v === 'number' && !Number.isFinite(v))
      throw new UserError(`the program's ${key} hold ${v} as ${name}, which a JSON file cannot hold.`);
    return v;
  });

/**
 * The files of a Program's folder by name: program.json and image.bin. Throws a UserError for a number that JSON cannot hold.
 *
 * @example
 * for (const [name, content] of renderProgram(compile(model))) console.log(name, content.length);
 */
export function renderProgram(program: Program): Map<string, string | Uint8Array> {
  const image = describeImage(program.manifest.image.address, program.image);
  const manifest: Manifest = { ...program.manifest, image };
  return new Map<string, string | Uint8Array>([
    [IMAGE_FILE, program.image],
    [MANIFEST_FILE, renderManifest(manifest)],
  ]);
}
