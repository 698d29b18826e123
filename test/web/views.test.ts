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
});
