import { UserError } from '../base/errors.js';
import { check, type Format } from '../base/json-file.js';
import { parseJson } from '../base/json-text.js';
import { checkManifest } from './check.js';
import { describeImage, MANIFEST_FILE, manifestDigest } from './files.js';
import { PROGRAM_SCHEMA } from './schema.js';
import { type Manifest, PROGRAM_FORMAT, PROGRAM_VERSION, type Program } from './types.js';

const FORMAT: Format = { format: PROGRAM_FORMAT, version: PROGRAM_VERSION, schema: PROGRAM_SCHEMA };

/**
 * Checks a manifest that program.json holds as `text` and gives it back. Throws a UserError that begins with `where` for another
 * format, a newer version, a violation of the schema, a changed file, or a reference or address that leads nowhere.
 */
export function parseManifest(text: string, where: string): Manifest {
  const value = parseJson(text, where);
  check(value, FORMAT, where);
  const { digest, ...manifest } = value as Manifest & { readonly digest: string };
  if (manifestDigest(manifest) !== digest)
    throw new UserError(
      `${where}: its digest does not match: the file was changed. Compile the model again.`,
    );
  checkManifest(manifest, where);
  return manifest;
}

/** The two files of a Program as bytes, with what messages call them (their paths). */
export interface ProgramFiles {
  readonly manifest: { readonly name: string; readonly text: string };
  readonly image: { readonly name: string; readonly bytes: Uint8Array };
}

/**
 * The Program that `renderProgram` made files of. Throws a UserError of one line, beginning with a file's name, where the manifest is not
 * as described or the image is not the one that it names.
 *
 * @example
 * const program = parseProgram({
 *   manifest: { name: 'program.json', text },
 *   image: { name: 'image.bin', bytes },
 * });
 */
export function parseProgram({ manifest: { name, text }, image }: ProgramFiles): Program {
  const manifest = parseManifest(text, name);
  if (image.bytes.length !== manifest.image.bytes)
    throw new UserError(
      `${image.name} has ${image.bytes.length} bytes; ${MANIFEST_FILE} says ${manifest.image.bytes}. Compile the model again.`,
    );
  if (describeImage(manifest.image.address, image.bytes).sha256 !== manifest.image.sha256)
    throw new UserError(
      `${image.name} is not the image that ${MANIFEST_FILE} names. Compile the model again.`,
    );
  return { manifest, image: image.bytes };
}
