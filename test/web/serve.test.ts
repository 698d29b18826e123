import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenFiles } from '../../src/node/site/given-files.js';
import { serveSite } from '../../src/node/site/serve.js';
import { MAIN } from '../cli/process.js';

const folder = mkdtempSync(join(tmpdir(), 'diana-ui-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the files that a word stands for', () => {
  beforeAll(() => {
    for (const name of ['net.relay', 'net.params', 'other.npz', 'program.json', 'image.bin', 'net.onnx'])
      writeFileSync(at(name), name);
  });
  it.each([
    ['net.relay', ['net.relay', 'net.params']],
    ['net.onnx', ['net.onnx']],
    ['', ['program.json', 'image.bin']],
  ])('%s', (word, names) => expect(givenFiles([at(word)]).map((f) => f.name)).toEqual(names));
});

describe('the server', () => {
  let server: Server;
  let address = '';
  beforeAll(async () => {
    writeFileSync(at('secret.txt'), 'mine');
    const site = join(folder, 'site');
    mkdirSync(site);
    writeFileSync(join(site, 'index.html'), '<!doctype html>');
    ({ server, address } = await serveSite(site, {
      given: [{ name: 'a b.onnx', bytes: new Uint8Array([1, 2]) }],
    }));
  });
  afterAll(() => server?.close());

  /** Status and text of an answer; the path goes out as it stands here. */
  const ask = (path: string, headers = {}, method = 'GET'): Promise<[number | undefined, string]> =>
    new Promise((resolve, reject) => {
      request(new URL(address), { path, headers, method }, (response) => {
        let text = '';
        response.on('data', (d) => {
          text += d;
        });
        response.on('end', () => resolve([response.statusCode, text]));
      })
        .on('error', reject)
        .end();
    });

  it.each([
    ['/', {}, 'GET', 200, '<!doctype html>'],
    ['/given/files.json', {}, 'GET', 200, '["a b.onnx"]'],
    ['/given/0', {}, 'GET', 200, '\u0001\u0002'],
    ['/given/1', {}, 'GET', 404, 'not found\n'],
    ['/../secret.txt', {}, 'GET', 404, 'not found\n'],
    ['/%2e%2e/secret.txt', {}, 'GET', 404, 'not found\n'],
    ['/', { host: 'evil.example' }, 'GET', 403, 'only for 127.0.0.1\n'],
    ['/', {}, 'POST', 405, 'only GET\n'],
  ])('%s %j %s: %i', async (path, headers, method, status, text) =>
    expect(await ask(path, headers, method)).toEqual([status, text]),
  );

  it('refuses a port that is taken', async () => {
    const port = Number(new URL(address).port);
    await expect(serveSite(join(folder, 'site'), { port })).rejects.toThrow(
      `--port ${port} cannot be used (EADDRINUSE); name another, or none.`,
    );
  });
});

describe.skipIf(!existsSync('dist/web/service-worker.js'))('diana-sim ui', () => {
  it('prints the address of a built-in network and serves until it is interrupted', async () => {
    const child = spawn(process.execPath, [MAIN, 'ui', 'resnet8', '--no-open']);
    const line = await new Promise<string>((resolve) => {
      child.stdout.on('data', (d) => resolve(String(d).split('\n')[0] ?? ''));
    });
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#model=resnet8$/);
    expect(await (await fetch(line)).text()).toContain('<title>diana-sim</title>');
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(130);
  });
});
