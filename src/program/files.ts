import { sha256 } from '../base/sha256.js';
import type { Manifest } from './types.js';

/** The two files of a Program's folder. */
export const MANIFEST_FILE = 'program.json';
export const IMAGE_FILE = 'image.bin';

/** The manifest's entry for the bytes that L2 holds from `address` on. */
export const describeImage = (address: number, image: Uint8Array): Manifest['image'] => ({
  file: IMAGE_FILE,
  address,
  bytes: image.length,
  sha256: sha256(image),
});

/** sha256 over the manifest, image hash included: names a Program, and shows whether its file was changed by hand. */
export const manifestDigest = (manifest: Manifest): string => sha256(JSON.stringify(manifest));
