import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildModel,
  compile,
  encodeNpy,
  loadModel,
  modelInputs,
  render,
  renderProgram,
  renderRelay,
  simulate,
  tensor,
} from '../../src/index.js';
import { serveSite } from '../../src/node/site/serve.js';
import { FULL } from '../full.js';
import { download, idle, launch, READY, SITE, visit } from './browser.js';

type Given = { name: string; mimeType: string; buffer: Buffer };
const given = (name: string, content: string | Uint8Array): Given => ({
  name,
  mimeType: '',
  buffer: Buffer.from(content as Uint8Array),
});
const fromDisk = (name: string): Given => given(name, readFileSync(`test/data/formats/${name}`));

const program = [...renderProgram(compile(buildModel('single-conv')))].map(([name, content]) =>
  given(name, content),
);
const { text, params } = renderRelay(buildModel('single-conv'));

/** Drops files on the page, as a file manager does. */
async function drop(page: Page, files: readonly Given[]): Promise<void> {
  const data = await page.evaluateHandle(
    `(() => { const data = new DataTransfer(); for (const [name, text] of ${JSON.stringify(
      files.map((f) => [f.name, f.buffer.toString('base64')]),
    )}) data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name)); return data; })()`,
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

describe.skipIf(!READY || !FULL)('opening and running', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diana-site-'));
  let browser: Browser;
  let server: Server;
  let address = '';
  beforeAll(async () => {
    // Under a path with a space, as a static host might.
    cpSync(SITE, join(folder, 'a b/diana'), { recursive: true });
    ({ server, address } = await serveSite(folder));
    browser = await launch();
    address += 'a%20b/diana/index.html';
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true });
  });
  const open = (hash = '', options: Parameters<typeof visit>[3] = {}) =>
    visit(browser, address.replace('index.html', ''), `index.html${hash}`, options);

  it.each([
    ['int8.tflite', () => [fromDisk('int8.tflite')], 'exact'],
    ['diana.onnx', () => [fromDisk('diana.onnx')], 'exact'],
    ['net.relay, net.params', () => [given('net.relay', text), given('net.params', params)], 'exact'],
    ['program.json, image.bin', () => program, 'not verified'],
  ] as const)('drops %s', async (_, files, verdict) => {
    const { page, context, wrong } = await open();
    await drop(page, files());
    await page.waitForSelector(`.cards dd:has-text("${verdict}")`);
    await idle(page);
    await page.click('#tab-graph');
    await page.waitForSelector('.node');
    await page.click('#tab-layer');
    await page.waitForSelector('.code pre');
    expect(await page.locator('[role=alert]').count()).toBe(0);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('shows a result.json, and says what it lacks', async () => {
    const { document } = await simulate(compile(buildModel('two-convs')));
    const { page, context, wrong } = await open();
    await drop(page, [given('result.json', render(document, 'json'))]);
    await page.waitForSelector('table.layers');
    await page.click('#tab-graph');
    expect(await page.textContent('#view .notice')).toContain('A result holds no network');
    await page.click('#tab-export');
    expect((await download(page, '[data-export="json"]')).toString()).toBe(render(document, 'json'));
    expect(wrong).toEqual([]);
    await context.close();
  });

  it.each([
    ['nothing.bin', [given('nothing.bin', 'abc')], 'neither its ending nor its content says what it is'],
    [
      'a cut .onnx',
      [given('cut.onnx', readFileSync('test/data/formats/diana.onnx').subarray(0, 300))],
      'cut.onnx',
    ],
    ['half a Program', [program.find((f) => f.name === 'program.json')!], 'needs image.bin beside it'],
    [
      'a result of another version',
      [given('result.json', '{"format": "diana-sim-result", "version": 99}')],
      'version',
    ],
    ['broken JSON', [given('result.json', '{')], 'result.json is not valid JSON'],
  ])('refuses %s', async (_, files, message) => {
    const { page, context, wrong } = await open();
    await drop(page, files);
    const said = (await page.textContent('[role=alert]')) ?? '';
    expect(said).toContain(message);
    expect(said).not.toContain('fault of diana-sim');
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('stops on Cancel, and works on', async () => {
    const { page, context, wrong } = await open();
    // The page itself clicks as soon as the button is there: from outside the work may be over first.
    await page.evaluate(`new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        const button = document.querySelector('.working button');
        if (button === null) return;
        observer.disconnect();
        button.click();
        resolve();
      });
      observer.observe(document.body, { childList: true, subtree: true });
      location.hash = '#model=mobilenet-v1';
    })`);
    await idle(page);
    expect(await page.locator('[role=alert]').count()).toBe(0);
    expect(await page.locator('.cards .good').count()).toBe(0);
    await page.click('button:text-is("Run again")');
    await page.waitForSelector('.cards .good');
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('says that the worker stopped where it cannot be loaded, and tries again', async () => {
    // What the service worker keeps would be there all the same.
    const { page, context } = await open('', { serviceWorkers: 'block' });
    await context.route(/assets\/main-.*\.js$/, (route) => route.abort());
    await page.reload();
    await page.click('.welcome button:text-is("resnet8")');
    expect(await page.textContent('[role=alert]')).toContain('the worker stopped');
    await context.unroute(/assets\/main-.*\.js$/);
    await page.click('[role=alert] button:text-is("Try again")');
    await page.waitForSelector('.cards .good');
    await context.close();
  });

  it('opens a link with options, and follows back and forward', async () => {
    const { page, context, wrong } = await open('#model=resnet8&view=layer&layer=2&chip.l1Bytes=16384');
    await page.waitForSelector('#view h2:has-text("conv2")');
    expect(await page.locator('.tile').count()).toBeGreaterThan(1);
    await page.click('#tab-graph');
    await page.goBack();
    await page.waitForSelector('#view h2:has-text("conv2")');
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('quantizes a float network on samples and opens the outcome', async () => {
    const { page, context, wrong } = await open('#view=quantize');
    await page.setInputFiles('.form input[type=file] >> nth=0', 'test/data/formats/float32.tflite');
    const bytes = new Uint8Array(readFileSync('test/data/formats/float32.tflite'));
    const { shape } = modelInputs(loadModel({ name: 'float32.tflite', bytes }))[0]!;
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: 8 * size }, (_, n) => Math.sin(n));
    const samples = tensor([8, ...shape.slice(1)], 'float32', values);
    await page.setInputFiles('.form input[type=file] >> nth=1', given('samples.npy', encodeNpy(samples)));
    await page.click('.form button');
    await page.waitForSelector('.code pre:has-text("top-1 agreement")');
    await page.click('button:text-is("Open it")');
    await page.click('#tab-overview');
    await page.waitForSelector('.cards .good');
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('works offline after the first load', async () => {
    const { page, context } = await open();
    await page.evaluate(
      "Promise.resolve(navigator.serviceWorker.controller ?? new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done))).then(() => true)",
    );
    await context.setOffline(true);
    await page.reload();
    await page.click('.welcome button:text-is("resnet8")');
    await page.waitForSelector('.cards .good');
    await page.click('#tab-graph');
    await page.waitForSelector('.node');
    await context.close();
  });
});
