import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { encodeNpy } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';
import { writeFileAtomic, writeFolderAtomic } from '../../src/node/atomic-write.js';
import { readBytes, readText } from '../../src/node/files.js';
import { readNpyFile } from '../../src/node/npy-file.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-sim-files-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const text = (...path: string[]) => readFileSync(join(dir, ...path), 'utf8');

describe('reading', () => {
  it('says in one line why a file cannot be read', () => {
    const missing = join(dir, 'no.npy');
    expect(() => readBytes(missing)).toThrow(`cannot read ${missing}: there is no such file or folder.`);
    expect(() => readBytes(dir)).toThrow(`cannot read ${dir}: it is a folder.`);
  });
  it('reads a .npy file of the type that is wanted, and no other', () => {
    const path = join(dir, 'in.npy');
    writeFileAtomic(path, encodeNpy(tensor([2], 'int8', [1, 2])));
    expect([...readNpyFile(path, { shape: [2], dtype: 'int8' }).data]).toEqual([1, 2]);
    expect(() => readNpyFile(path, { shape: [1, 2], dtype: 'int8' })).toThrow(
      `${path} holds int8 of shape (2,); must be int8 of shape (1, 2).`,
    );
  });
});

describe('writeFileAtomic', () => {
  it('makes missing folders and replaces an old file', () => {
    writeFileAtomic(join(dir, 'a', 'b', 'f'), 'one');
    writeFileAtomic(join(dir, 'a', 'b', 'f'), 'two');
    expect(readText(join(dir, 'a', 'b', 'f'))).toBe('two');
    expect(readdirSync(join(dir, 'a', 'b'))).toEqual(['f']);
  });
  it('leaves nothing behind when it fails', () => {
    mkdirSync(join(dir, 'taken'));
    expect(() => writeFileAtomic(join(dir, 'taken'), 'x')).toThrow(
      /^cannot write .*taken: it is a folder\.$/,
    );
    writeFileSync(join(dir, 'file'), 'old');
    expect(() => writeFileAtomic(join(dir, 'file', 'x'), 'x')).toThrow(UserError);
    expect(readdirSync(dir).sort()).toEqual(['file', 'taken']);
  });
});

describe('writeFolderAtomic', () => {
  const files = (content: string) =>
    new Map([
      ['one', content],
      ['sub/two', content],
    ]);
  it('makes a new folder', () => {
    writeFolderAtomic(join(dir, 'x', 'y'), files('new'));
    expect([text('x', 'y', 'one'), text('x', 'y', 'sub', 'two')]).toEqual(['new', 'new']);
    expect(readdirSync(join(dir, 'x'))).toEqual(['y']);
  });
  it('replaces files of an existing folder and keeps the others', () => {
    writeFolderAtomic(join(dir, 'y'), files('old'));
    writeFileSync(join(dir, 'y', 'mine'), 'mine');
    writeFolderAtomic(join(dir, 'y'), files('new'));
    expect([text('y', 'one'), text('y', 'sub', 'two'), text('y', 'mine')]).toEqual(['new', 'new', 'mine']);
    expect(readdirSync(dir)).toEqual(['y']);
  });
  it('puts the old files back when one cannot be placed', () => {
    writeFolderAtomic(join(dir, 'y'), new Map([['one', 'old']]));
    writeFileSync(join(dir, 'y', 'sub'), 'a file where a folder is needed');
    expect(() => writeFolderAtomic(join(dir, 'y'), files('new'))).toThrow(/^cannot write /);
    expect(text('y', 'one')).toBe('old');
    expect(readdirSync(dir)).toEqual(['y']);
    expect(readdirSync(join(dir, 'y')).sort()).toEqual(['one', 'sub']);
  });
  it('refuses a file in the place of the folder', () => {
    writeFileSync(join(dir, 'f'), 'x');
    const path = join(dir, 'f');
    expect(() => writeFolderAtomic(path, files('new'))).toThrow(
      `cannot write ${path}: it is a file, not a folder.`,
    );
  });
});
