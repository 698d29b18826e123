import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawCharts } from '../../reports/files.js';
import { renderHtml } from '../../reports/html/page.js';
import { differingVerdict, documentOf, exactVerdict, resnet8Run, verifiedResnet8 } from './fixture.js';

const doc = documentOf([resnet8Run(), { ...resnet8Run(), model: '</script><b>&"other' }], (run) => [
  run.model === 'resnet8' ? exactVerdict(run) : differingVerdict(run),
]);
const page = renderHtml(doc, drawCharts);

describe('renderHtml', () => {
  it('is the same text for the same document', () =>
    expect(renderHtml(verifiedResnet8(), drawCharts)).toBe(renderHtml(verifiedResnet8(), drawCharts)));

  it('needs nothing from the network', () => {
    expect(page).not.toMatch(/\b(src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/url\(|@import|https?:\/\//);
    expect(page).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'`);
  });

  it('escapes names everywhere', () => {
    expect(page).not.toContain('<b>&"other');
    expect(page).toContain('&lt;/script&gt;&lt;b&gt;&amp;&quot;other');
    // One closing tag for each of the two data blocks and the script.
    expect(page.match(/<\/script>/g)).toHaveLength(3);
  });

  it('has the warnings, the tiling and what differs as text', () => {
    expect(page).toContain('nn.avg_pool2d (pool) stays on the host');
    expect(page).toContain('<b>conv1</b> (conv2d 3x3): output 16x32x32 in 2 tiles of 16x16x32');
    expect(page).toContain('run 0: stack2_conv1 (%5): 12 of 8,192 elements differ');
  });
});

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (executablePath === undefined)
  console.warn(
    'skipped: no chromium in /usr/bin (Debian: apt-get install chromium); the HTML page is not tried in a browser',
  );

describe.skipIf(executablePath === undefined)('in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diana-html-'));
  const url = pathToFileURL(join(folder, 'report.html')).href;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(join(folder, 'report.html'), page);
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page, runs `act`, and expects that nothing was written to the console. */
  async function visit(width: number, act: (page: Page) => Promise<void>): Promise<void> {
    const tab = await browser.newPage({ viewport: { width, height: 800 } });
    const messages: string[] = [];
    tab.on('console', (message) => messages.push(message.text()));
    tab.on('pageerror', (error) => messages.push(error.message));
    tab.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) messages.push(`request of ${request.url()}`);
    });
    await tab.goto(url);
    await act(tab);
    await tab.close();
    expect(messages).toEqual([]);
  }
  const rows = (tab: Page, column: number): Promise<string[]> =>
    tab.locator(`table[data-layers="0"] tbody tr:visible td:nth-child(${column})`).allTextContents();

  it('sorts layers by a column, down and up', () =>
    visit(1280, async (tab) => {
      const cycles = tab.locator('table[data-layers="0"] th button', { hasText: /^cycles$/ });
      await cycles.click();
      expect((await rows(tab, 9)).slice(0, 3)).toEqual(['36,964', '35,530', '20,636']);
      await cycles.click();
      expect((await rows(tab, 9)).slice(0, 3)).toEqual(['244', '843', '868']);
      await tab.locator('table[data-layers="0"] th button', { hasText: /^layer$/ }).click();
      expect((await rows(tab, 1)).slice(0, 2)).toEqual(['conv1', 'dense']);
    }));

  it('filters layers by words and by where they run', () =>
    visit(1280, async (tab) => {
      await tab.fill('[data-filter="0"]', 'stack2 conv2d');
      expect(await rows(tab, 1)).toEqual(['stack2_conv1', 'stack2_conv2', 'stack2_shortcut']);
      expect(await tab.textContent('[data-shown="0"]')).toBe('3 of 16 layers');
      await tab.fill('[data-filter="0"]', '');
      await tab.selectOption('[data-where="0"]', 'host');
      expect(await rows(tab, 3)).toEqual(['host', 'host', 'host']);
      await tab.selectOption('[data-where="0"]', '');
      expect(await rows(tab, 1)).toHaveLength(16);
    }));

  it('shows the decoded fields of a slice of the timeline', () =>
    visit(1280, async (tab) => {
      await tab.selectOption('[data-timeline="0"] [data-jump]', { label: 'stack2_conv1' });
      const canvas = tab.locator('[data-timeline="0"] canvas');
      const { width } = (await canvas.boundingBox()) ?? { width: 0 };
      await canvas.click({ position: { x: width / 2, y: 22 + 34 * 4.5 } });
      expect(await tab.textContent('[data-timeline="0"] .slice')).toMatch(
        /^compute: compute qnn.conv2d\nstack2_conv1, tile 0, step \d+, cycle [\d,]+ \+ 8,416 \(32.37 µs\)\nmode=1 c=16 k=32 fx=3/,
      );
    }));

  it.each([1280, 400])('at %i pixels nothing but the tables and pictures scrolls sideways', (width) =>
    visit(width, async (tab) => {
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const small = await tab.evaluate(
        `[...document.querySelectorAll('p, li, td, dd, summary')].filter((e) => parseFloat(getComputedStyle(e).fontSize) < 12).length`,
      );
      expect(small).toBe(0);
    }),
  );
});
