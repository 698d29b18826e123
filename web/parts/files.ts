import type { GivenFile } from '../worker/given-file.js';

/** As on the command line: larger files are refused before they are read. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Reads files that the user chose. Throws an Error of one line for one that is too large. */
export async function readFiles(files: Iterable<File>): Promise<GivenFile[]> {
  const given: GivenFile[] = [];
  for (const file of files) {
    if (file.size > MAX_BYTES)
      throw new Error(`${file.name} has ${file.size} bytes; must be at most ${MAX_BYTES}.`);
    given.push({
      name: file.webkitRelativePath || file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    });
  }
  return given;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return found;
    for (const e of entries) found.push(...(await filesIn(e)));
  }
}

/** The files of a drop, those in folders included. */
export async function droppedFiles(data: DataTransfer): Promise<GivenFile[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((e) => e !== null);
  if (entries.length === 0) return readFiles(data.files);
  const files = await Promise.all(entries.map(filesIn));
  return readFiles(files.flat());
}
