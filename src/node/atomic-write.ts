import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.js';
import { fileError } from './files.js';

export type FileContent = string | Uint8Array;

/** A name beside `path`, so that a rename stays within one file system. */
const temporaryBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);

/** Removes what is there; that nothing can be there is as good. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The error that matters is the one that led here.
  }
}

/**
 * Makes the folders that lead to `folder` and returns the first one made. One by one, because Node's recursive mkdir tries for
 * ever where a file system refuses a folder with ENOENT, as /proc does.
 */
function makeFolders(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  const above = makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (above !== undefined) remove(above);
    throw error;
  }
  return above ?? folder;
}

/**
 * Runs `write`, which makes things at temporary names and renames them. Whatever happens, the temporaries are removed; on
 * failure also the parent folders that were made for it. System errors become UserErrors that name the
 * path as the user gave it.
 */
function guarded(named: string, temporaries: readonly string[], write: () => void): void {
  const path = resolve(named);
  let madeParent: string | undefined;
  try {
    madeParent = makeFolders(dirname(path));
    write();
  } catch (error) {
    if (madeParent !== undefined) remove(madeParent);
    throw error instanceof UserError ? error : fileError('write', named, error);
  } finally {
    for (const t of temporaries) remove(t);
  }
}

/**
 * Writes a file whole or not at all: a reader sees the old content or the new one, never a part.
 *
 * @example
 * writeFileAtomic('result.json', render(result, 'json'));
 */
export function writeFileAtomic(path: string, content: FileContent): void {
  const target = resolve(path);
  const temporary = temporaryBeside(target);
  guarded(path, [temporary], () => {
    writeFileSync(temporary, content);
    renameSync(temporary, target);
  });
}

/**
 * Writes `files` (by path inside the folder) into `folder`, all of them or none. A new folder appears at once; in an
 * existing one the files replace those of the same names, others stay, and a failure puts the old ones back.
 *
 * @example
 * writeFolderAtomic('project', emitC(program));
 */
export function writeFolderAtomic(folder: string, files: ReadonlyMap<string, FileContent>): void {
  const target = resolve(folder);
  if (existsSync(target) && !statSync(target).isDirectory())
    throw new UserError(`cannot write ${folder}: it is a file, not a folder.`);
  const fresh = temporaryBeside(target);
  const old = temporaryBeside(target);
  guarded(folder, [fresh, old], () => {
    for (const [name, content] of files) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true });
      writeFileSync(join(fresh, name), content);
    }
    if (existsSync(target)) replaceFiles(target, fresh, old, [...files.keys()]);
    else renameSync(fresh, target);
  });
}

/** Moves each file from `fresh` to `target`, keeping what it replaces in `old` until all have moved. */
function replaceFiles(target: string, fresh: string, old: string, names: readonly string[]): void {
  const undo: (() => void)[] = [];
  const move = (from: string, to: string) => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
    undo.push(() => renameSync(to, from));
  };
  try {
    for (const name of names) {
      if (existsSync(join(target, name))) move(join(target, name), join(old, name));
      move(join(fresh, name), join(target, name));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}
