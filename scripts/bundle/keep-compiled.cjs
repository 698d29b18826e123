// Runs one command of the bundle (its words are the arguments) and keeps what V8 made of the chunks until then: code of functions that no command calls costs
// nothing, code of those that this one calls is there at the next start. `npm run build` runs it.
'use strict';
const { mkdirSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { evaluate, scripts, COMPILED } = require(resolve('dist/bin/load.js'));

process.on('exit', () => {
  mkdirSync(COMPILED, { recursive: true });
  for (const [name, { script, digest }] of scripts)
    writeFileSync(join(COMPILED, name), Buffer.concat([digest, script.createCachedData()]));
});
evaluate('main.js');
