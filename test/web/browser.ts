import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** A Chromium of the system; undefined where there is none. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
export const SITE = 'dist/web';
export const READY = CHROMIUM !== undefined && existsSync(`${SITE}/service-worker.js`);
if (!READY)
  console.warn(
    `skipped: ${CHROMIUM === undefined ? 'no chromium in /usr/bin (Debian: apt-get install chromium)' : 'the site is not built (npm run web)'}; the site is not tried`,
  );

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went to the console, errors, and requests to elsewhere: all of it is wrong. */
  readonly wrong: string[];
}

/** A page of the site; `origin` is all that it may ask for anything. */
export async function visit(
  browser: Browser,
  address: string,
  hash = '',
  options: { width?: number; dark?: boolean; serviceWorkers?: 'allow' | 'block' } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    acceptDownloads: true,
    serviceWorkers: options.serviceWorkers ?? 'allow',
  });
  const wrong: string[] = [];
  const page = await context.newPage();
  // Far beyond what anything takes; a failing test need not wait for playwright's 30 s.
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) wrong.push(`request of ${url}`);
  });
  await page.goto(`${address}${hash}`);
  return { page, context, wrong };
}

/** Waits until nothing is being computed. */
export const idle = (page: Page): Promise<unknown> =>
  page.waitForSelector('.working[hidden]', { state: 'attached', timeout: 60_000 });

/** The bytes of what a click downloads. */
export async function download(page: Page, selector: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
