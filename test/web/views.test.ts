import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSite } from '../../src/node/site/serve.js';
import { FULL } from '../full.js';
import { idle, launch, READY, SITE, visit } from './browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds of serious or critical kind, a line each. */
async function serious(page: Page): Promise<string[]> {
  const found = (await page.evaluate(`${AXE}; axe.run().then((r) => r.violations)`)) as {
    id: string;
    impact: string;
    nodes: { target: string[]; failureSummary: string }[];
  }[];
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')}: ${n.failureSummary}`));
}

/** A view, and what is there when it is drawn. */
const VIEWS = [
  ['overview', 'table.layers'],
  ['graph', '.node'],
  ['layer', '.job'],
  ['run', 'canvas.memory'],
  ['charts', '.charts canvas[style*="width"]'],
  ['whatif', '.headline'],
  ['advice', '#view details'],
  ['quantize', '.form'],
  ['export', '.exports'],
] as const;

describe.skipIf(!READY || !FULL)('every view', () => {
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

  it.each([
    [390, false],
    [900, true],
    [1440, false],
  ])(
    'at %i pixels (dark: %s): axe-core finds nothing serious, and nothing scrolls sideways',
    async (width, dark) => {
      const { page, context, wrong } = await visit(browser, address, '#model=resnet8&layer=11&step=23', {
        width,
        dark,
      });
      await page.waitForSelector('.cards .good');
      await idle(page);
      const found: string[] = [];
      for (const [view, drawn] of VIEWS) {
        await page.click(`#tab-${view}`);
        await page.waitForSelector(drawn);
        const beyond = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
        if (beyond > 0) found.push(`${view}: ${beyond} pixels too wide`);
        found.push(...(await serious(page)).map((line) => `${view}: ${line}`));
      }
      expect(found).toEqual([]);
      expect(wrong).toEqual([]);
      await context.close();
    },
  );

  it.each([720, 900])('printed %i pixels wide, no view is cut', async (width) => {
    const { page, context } = await visit(browser, address, '#model=resnet8&layer=11&step=23', { width });
    await page.waitForSelector('.cards .good');
    await idle(page);
    const found: string[] = [];
    for (const [view, drawn] of VIEWS.filter(([v]) => ['overview', 'layer', 'advice'].includes(v))) {
      await page.click(`#tab-${view}`);
      await page.waitForSelector(drawn);
      await page.emulateMedia({ media: 'print' });
      const beyond = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      if (beyond > 0) found.push(`${view}: ${beyond} pixels too wide`);
      await page.emulateMedia({ media: 'screen' });
    }
    expect(found).toEqual([]);
    await context.close();
  });

  it('the graph as given and on the chip move and zoom together, layer beside layer', async () => {
    const { page, context, wrong } = await visit(browser, address, '#model=resnet8&view=graph');
    await page.check('text=also before partitioning');
    const middles = `[...document.querySelectorAll('.pan-zoom .frame')].map((frame) => {
      const at = frame.getBoundingClientRect().top + frame.clientHeight / 2;
      const far = (n) => { const r = n.getBoundingClientRect(); return Math.abs((r.top + r.bottom) / 2 - at); };
      const [near] = [...frame.querySelectorAll('.node')].sort((a, b) => far(a) - far(b));
      return near.getAttribute('aria-label');
    })`;
    await page.waitForSelector('.pan-zoom .frame >> nth=1');
    const chip = page.locator('.pan-zoom .frame >> nth=1');
    await chip.evaluate((frame) => {
      const node = [...frame.querySelectorAll('.node')].find((n) =>
        n.getAttribute('aria-label')?.startsWith('conv5 '),
      )!;
      const r = node.getBoundingClientRect();
      const box = frame.getBoundingClientRect();
      frame.scrollTop += (r.top + r.bottom) / 2 - box.top - frame.clientHeight / 2;
    });
    await expect.poll(() => page.evaluate(`${middles}.every((name) => name.includes('conv5'))`)).toBe(true);
    const widths = `[...document.querySelectorAll('.pan-zoom .drawing')].map((d) => Number(d.getAttribute('width')))`;
    const before = (await page.evaluate(widths)) as number[];
    await page.click('.pan-zoom button:text-is("zoom in") >> nth=0');
    await expect.poll(() => page.evaluate(`${widths}[1]`)).toBeGreaterThan(before[1]!);
    const after = (await page.evaluate(widths)) as number[];
    expect(after.map((w, i) => w / before[i]!)).toEqual([expect.closeTo(1.25, 6), expect.closeTo(1.25, 6)]);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('a line of C marks its jobs, a line of Relay text the fields that it decides, a job its lines', async () => {
    const { page, context, wrong } = await visit(browser, address, '#model=ds-cnn&view=layer&layer=4');
    await page.waitForSelector('.job');
    await idle(page);
    const jobs = await page.locator('.jobs tbody tr').count();
    const call = page.locator('.code .line-link:has-text("diana_conv(")');
    await call.hover();
    await expect.poll(() => page.locator('.jobs tr.marked').count()).toBe(jobs);
    await page.hover('.code .line-link:has-text("right_shift(")');
    await page.waitForSelector('.job tr.marked code:text-is("shift_fixed_point")');
    expect(await page.locator('.job tr.marked').count()).toBe(1);
    // Choosing a line of a loop goes to its next turn.
    await call.click();
    const first = new URL(page.url()).hash;
    await call.click();
    expect(new URL(page.url()).hash).not.toBe(first);
    expect(wrong).toEqual([]);
    await context.close();
  });
});
