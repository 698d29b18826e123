// Loads a chunk of the command line's bundle and what it requires; `npm run build` copies this file beside them. V8 compiles a function when it is
// first called, which is a quarter of what a short command takes. Where the build kept what V8 made of the chunks (scripts/bundle/keep-compiled.cjs), and this is the
// same engine, it is taken from there.
'use strict';
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');
const { Script, constants } = require('node:vm');

/** Code of one version of V8 for one kind of processor; it refuses what another one made by itself, too. */
const COMPILED = join(__dirname, `compiled-${process.version}-${process.arch}`);
const OPEN = '(function (exports, require, module, __filename, __dirname) {\n';

/** Scripts by chunk, for who keeps what V8 made of them. */
const scripts = new Map();
const modules = new Map();

const digestOf = (bytes) => createHash('sha256').update(bytes).digest();

/** What was kept for a chunk: V8 compares no more than the length, so the digest of the chunk's bytes comes first in the file. */
function keptCode(name, bytes) {
  const path = join(COMPILED, name);
  if (!existsSync(path)) return undefined;
  const kept = readFileSync(path);
  return digestOf(bytes).equals(kept.subarray(0, 32)) ? kept.subarray(32) : undefined;
}

function evaluate(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const filename = join(__dirname, name);
  const bytes = readFileSync(filename);
  // The line before the chunk's first one is numbered 0, so that places in stack traces are those in the file.
  const script = new Script(`${OPEN}${bytes.toString()}\n})`, {
    filename,
    lineOffset: -1,
    cachedData: keptCode(name, bytes),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(name, { script, digest: digestOf(bytes) });
  const module = { exports: {} };
  modules.set(name, module);
  const requireHere = (id) => (id.startsWith('./') ? evaluate(id.slice(2)) : require(id));
  script.runInThisContext()(module.exports, requireHere, module, filename, __dirname);
  return module.exports;
}

/** Loads the chunk `name` of this folder. */
function load(name) {
  if (existsSync(COMPILED)) return evaluate(name);
  // Node 22 and later keep what V8 compiled by themselves.
  nodeModule.enableCompileCache?.();
  return require(join(__dirname, name));
}

module.exports = { load, evaluate, scripts, COMPILED };
