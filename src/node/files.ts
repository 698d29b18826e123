import { readFileSync } from 'node:fs';
import { UserError } from '../base/errors.js';

/** What the system's error codes mean, in the middle of a sentence. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EEXIST: 'it exists already',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
};

/** Turns an error of node:fs into one line: "cannot read input.npy: there is no such file or folder." */
export function fileError(action: 'read' | 'write', path: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  return new UserError(`cannot ${action} ${path}: ${REASONS[code] ?? code}.`);
}

/** The bytes of a file that the user named. Throws a UserError when it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    const { buffer, byteOffset, length } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** The text of a file that the user named, UTF-8. Throws a UserError when it cannot be read. */
export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));
