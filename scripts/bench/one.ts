// Measures one network in a process of its own, which `npm run bench` starts: NAME, rounds, whether on tfjs cpu too.
import { openBackend } from '../../golden/index.js';
import { useSha256InNode } from '../../src/node/sha256-in-node.js';
import { conv64, measure, networks } from './networks.js';

const [name, rounds, onCpu] = process.argv.slice(2) as [string, string, string];
// As the command line has it.
useSha256InNode();
const wasm = await openBackend('wasm');
const cpu = onCpu === 'true' ? await openBackend('cpu') : undefined;
const model = [conv64(), ...networks()].find((m) => m.name === name);
if (model === undefined) throw new Error(`no network ${name}`);
process.stdout.write(JSON.stringify(measure(model, wasm, cpu, Number(rounds))));
