import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../base/errors.js';
import type { ServedFile } from './given-files.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Where `npm run web` put the site: beside the compiled program, or in dist of a clone whose sources run. Throws a UserError where it is not built. */
export function siteFolder(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  // From dist/bin (the command line's bundle), dist/src/node/site, and src/node/site.
  const found = ['../web', '../../../web', '../../../dist/web']
    .map((f) => join(here, f))
    .find((f) => existsSync(join(f, 'service-worker.js')));
  if (found === undefined)
    throw new UserError('the site is not built; run `npm run web` in the clone first.');
  return found;
}

/** The site's files by the path of their address. */
function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return new Map(
    names.map((e) => {
      const path = join(e.parentPath, e.name);
      return [
        `/${path
          .slice(folder.length + 1)
          .split(sep)
          .join('/')}`,
        path,
      ];
    }),
  );
}

export interface ServeOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Served as given/0, given/1, ... with their names in given/files.json. */
  readonly given?: readonly ServedFile[];
}

/** A page of another site that resolves its name to 127.0.0.1 must not read the user's files. */
const isOwnHost = (request: IncomingMessage): boolean =>
  /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** The path that an address means; one that is no address of anything stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function answerTo(
  request: IncomingMessage,
  site: ReadonlyMap<string, string>,
  given: readonly ServedFile[],
): Answer {
  const path = decoded((request.url ?? '/').split('?')[0]!);
  const text = (status: number, body: string): Answer => ({ status, type: 'text/plain', body: `${body}\n` });
  if (!isOwnHost(request)) return text(403, 'only for 127.0.0.1');
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET');
  if (path === '/given/files.json')
    return { status: 200, type: TYPES['.json']!, body: JSON.stringify(given.map((f) => f.name)) };
  const file = /^\/given\/(\d{1,6})$/.exec(path);
  const bytes = file === null ? undefined : given[Number(file[1])]?.bytes;
  if (bytes !== undefined) return { status: 200, type: 'application/octet-stream', body: bytes };
  const found = site.get(path.endsWith('/') ? `${path}index.html` : path);
  if (found === undefined) return text(404, 'not found');
  const type = TYPES[extname(found)] ?? 'application/octet-stream';
  return { status: 200, type, body: readFileSync(found) };
}

function answer(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * Serves the site in `folder` on 127.0.0.1 and nowhere else; resolves to the server and its address once it listens. Throws a UserError for
 * a port that is taken.
 */
export async function serveSite(
  folder: string,
  { port = 0, given = [] }: ServeOptions = {},
): Promise<{ readonly server: Server; readonly address: string }> {
  const site = filesOf(folder);
  const server = createServer((request, response) =>
    answer(request, response, answerTo(request, site, given)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new UserError(`--port ${port} cannot be used (${error.code}); name another, or none.`)
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
