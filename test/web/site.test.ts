import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModel, compile, emitC, render, verify } from '../../src/index.js';
import { serveSite } from '../../src/node/site/serve.js';
import { download, idle, launch, READY, SITE, visit } from './browser.js';

describe.skipIf(!READY)('the site', () => {
  let browser: Browser;
  let server: Server;
  let address = '';

  beforeAll(async () => {
    ({ server, address } = await serveSite(SITE));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('takes at most 1.5 MB compressed without tfjs', () => {
    const files = readdirSync(SITE, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const bytes = files
      .map((e) => join(e.parentPath, e.name))
      .filter((path) => !path.includes('/tfjs/'))
      .reduce((n, path) => n + gzipSync(readFileSync(path)).length, 0);
    expect(bytes).toBeGreaterThan(500_000);
    expect(bytes).toBeLessThan(1_500_000);
  });

  it('runs a network after one click: the bytes of the command line, C project, graph, layer, what if', async () => {
    const { page, context, wrong } = await visit(browser, address);
    await page.click('.welcome button:text-is("resnet8")');
    await page.waitForSelector('.cards .good');
    await idle(page);
    expect(await page.textContent('.cards dd')).toBe('exact');
    expect(await page.locator('table.layers tbody tr').count()).toBe(21);

    await page.click('#tab-export');
    const json = await download(page, '[data-export="json"]');
    expect(json.toString()).toBe(render(await verify(buildModel('resnet8')), 'json'));
    const zip = unzipSync(await download(page, '[data-export="c"]'));
    const project = emitC(compile(buildModel('resnet8')), { seed: '0' });
    expect(Object.keys(zip).sort()).toEqual([...project.keys()].map((f) => `resnet8/${f}`).sort());
    expect(new TextDecoder().decode(zip['resnet8/app/src/sample.c'])).toBe(project.get('app/src/sample.c'));

    // A node of the graph opens its layer with the keyboard alone.
    await page.click('#tab-graph');
    await page.focus('[data-node="l6"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#view h2:has-text("conv4")');
    expect(new URL(page.url()).hash).toBe('#model=resnet8&view=layer&layer=6');
    await page.waitForSelector('.job code:text-is("shift_fixed_point")');
    expect(await page.textContent('[aria-label="C of conv4"]')).toContain('diana_conv(instruction');
    expect(await page.textContent('[aria-label="Relay text of conv4"]')).toContain('qnn.conv2d');
    expect(await page.textContent('.tensor .good')).toBe('Equal to the reference.');

    await page.click('#tab-whatif');
    await page.waitForSelector('.headline');
    await page.locator('[data-parameter="cycles.tileLoop"]').fill('0');
    // 13 tiles of 500 cycles each.
    await page.waitForSelector(`.headline:has-text("${(183437 - 13 * 500).toLocaleString('en-US')} cycles")`);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('says in one line what is wrong with a file, as text, and goes on', async () => {
    const { page, context, wrong } = await visit(browser, address);
    const name = '<img src=x onerror=alert(1)>.tflite';
    await page.setInputFiles('.picker input[type=file] >> nth=0', {
      name,
      mimeType: '',
      buffer: Buffer.from('no network'),
    });
    const message = (await page.textContent('[role=alert]')) ?? '';
    expect(message).toContain(name);
    expect(message).not.toContain('fault of diana-sim');
    expect(await page.locator('img').count()).toBe(0);
    await page.setInputFiles('.picker input[type=file] >> nth=0', 'test/data/formats/int8.tflite');
    await page.waitForSelector('.cards .good');
    await idle(page);
    expect(await page.locator('[role=alert]').count()).toBe(0);
    expect(wrong).toEqual([]);
    await context.close();
  });
});
