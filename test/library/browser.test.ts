import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createContext, runInContext } from 'node:vm';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModel, render, verify } from '../../src/index.js';

/** The library's entry for browsers as one script; what rolldown finds missing ends up in `warnings`. */
async function bundle(format: 'iife' | 'esm'): Promise<{ code: string; warnings: string[] }> {
  const warnings: string[] = [];
  const build = await rolldown({
    input: 'src/index.ts',
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    onLog: (level, { message }) => {
      if (level === 'warn') warnings.push(message);
    },
  });
  const { output } = await build.generate({ format, name: 'diana', codeSplitting: false });
  return { code: output[0].code, warnings };
}

/** What a worker has, and nothing of Node: no process, Buffer, require or setImmediate. */
function workerGlobals(): Record<string, unknown> {
  const globals: Record<string, unknown> = {
    TextDecoder,
    TextEncoder,
    performance,
    setTimeout,
    clearTimeout,
    AbortController,
    atob,
    AbortSignal,
    URL,
    WebAssembly: (globalThis as Record<string, unknown>).WebAssembly,
    WorkerGlobalScope: class {},
    location: { href: 'http://127.0.0.1/' },
    fetch: () => Promise.reject(new Error('the library asks the network for nothing')),
  };
  globals.self = globals;
  return globals;
}

describe('the entry for browsers', () => {
  let code = '';
  let context: ReturnType<typeof createContext>;
  const run = (script: string): Promise<unknown> => runInContext(`(async () => {${script}})()`, context);

  beforeAll(async () => {
    const made = await bundle('iife');
    expect(made.warnings).toEqual([]);
    code = made.code;
    context = createContext(workerGlobals());
    runInContext(`${code};globalThis.diana = diana;`, context);
  });

  it('imports nothing of Node', () => {
    expect(code).not.toMatch(/["']node:/);
    expect(code).not.toMatch(/^import /m);
  });

  it('compiles, simulates and renders in every text format where Node is not', async () => {
    const sizes = await run(`
      const { buildModel, compile, simulate, render, FORMAT_NAMES } = diana;
      const { document } = await simulate(compile(buildModel('resnet8')));
      const formats = FORMAT_NAMES.filter((f) => f !== 'png' && f !== 'all');
      return [document.models[0].run.totals.totalCycles, ...formats.map((f) => render(document, f).length)];`);
    const [cycles, ...lengths] = sizes as number[];
    expect(cycles).toBe(183437);
    expect(lengths).toHaveLength(9);
    expect(lengths.every((n) => n > 0)).toBe(true);
  });

  it.each([
    ['int8.tflite', 3],
    ['diana.onnx', 3],
  ])('reads %s from bytes and verifies it on the cpu backend', async (file) => {
    context.bytes = new Uint8Array(readFileSync(`test/data/formats/${file}`));
    const verdict = await run(`
      const { loadModel, verify, allEqual } = diana;
      const model = loadModel({ name: '${file}', bytes });
      const pairs = [];
      const result = await verify(model, { backend: 'cpu', onTensor: (p) => pairs.push(p.comparison.tensor) });
      return [model.name, allEqual(result), pairs.length >= result.models[0].verdicts[0].tensors.length];`);
    expect(verdict).toEqual([file.replace(/\..*/, ''), true, true]);
  });

  it('says in one line what only Node has', async () => {
    const message = await run(`
      const { buildModel, verify } = diana;
      return verify(buildModel('single-conv'), { backend: 'node' }).then(() => '', (e) => e.message);`);
    expect(message).toBe(
      'reference backend node is only there in Node, through diana-sim/node; take wasm or cpu.',
    );
  });

  it('stops when it is told to', async () => {
    const reason = await run(`
      const { buildModel, verify } = diana;
      const stop = new AbortController();
      const work = verify(buildModel('resnet8'), { backend: 'cpu', signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
      return work.then(() => '', (e) => e.message);`);
    expect(reason).toBe('enough');
  });
});

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (executablePath === undefined)
  console.warn('skipped: no chromium in /usr/bin (Debian: apt-get install chromium); no page is tried');

describe.skipIf(executablePath === undefined)('in a page', () => {
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    const { code } = await bundle('esm');
    const wasm = 'node_modules/@tensorflow/tfjs-backend-wasm/dist';
    server = createServer((request, response) => {
      const path = request.url ?? '/';
      if (path === '/diana.js') response.setHeader('Content-Type', 'text/javascript').end(code);
      else if (/^\/[\w-]+\.wasm$/.test(path))
        response.setHeader('Content-Type', 'application/wasm').end(readFileSync(`${wasm}${path}`));
      else response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>diana-sim</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('verifies resnet8 on the wasm backend, with the bytes of the same run in Node', async () => {
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      const json = await page.evaluate(`import('${origin}/diana.js').then(async (diana) => {
        diana.setWasmFolder('${origin}/');
        return diana.render(await diana.verify(diana.buildModel('resnet8')), 'json');
      })`);
      expect(json).toBe(render(await verify(buildModel('resnet8')), 'json'));
    } finally {
      await browser.close();
    }
  });
});
