import { join } from 'node:path';
import { UserError } from '../base/errors.js';
import { readBytes, readText } from '../base/files.js';
import { check, type Format, parseJson } from '../base/json-file.js';
import { checkManifest } from './check.js';
import { describeImage, IMAGE_FILE, MANIFEST_FILE, manifestDigest } from './files.js';
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

/** Reads the Program that `writeProgram` wrote to `folder`. Throws a UserError of one line. */
export function readProgram(folder: string): Program {
  const manifestPath = join(folder, MANIFEST_FILE);
  const manifest = parseManifest(readText(manifestPath), manifestPath);
  const imagePath = join(folder, IMAGE_FILE);
  const image = readBytes(imagePath);
  if (image.length !== manifest.image.bytes)
    throw new UserError(
      `${imagePath} has ${image.length} bytes; ${MANIFEST_FILE} says ${manifest.image.bytes}. Compile the model again.`,
    );
  if (describeImage(manifest.image.address, image).sha256 !== manifest.image.sha256)
    throw new UserError(
      `${imagePath} is not the image that ${MANIFEST_FILE} names. Compile the model again.`,
    );
  return { manifest, image };
}
