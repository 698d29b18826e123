/**
 * The text of the site's service worker: it keeps every file at the first load and answers from what it keeps; another version of the site
 * has another hash and takes the old one's place. Files of `diana-sim ui` (given/) are never kept.
 */
export const SERVICE_WORKER = (version: string, files: readonly string[]): string => `'use strict';
const KEEP = 'diana-sim-' + new URL(self.registration.scope).pathname + '-${version}';
const FILES = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEEP).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const mine = KEEP.slice(0, KEEP.lastIndexOf('-'));
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((n) => n !== KEEP && n.slice(0, n.lastIndexOf('-')) === mine).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  const { url, method } = event.request;
  if (method !== 'GET' || !url.startsWith(self.registration.scope) || url.startsWith(self.registration.scope + 'given/')) return;
  event.respondWith(
    caches.open(KEEP)
      .then((cache) => cache.match(event.request, { ignoreSearch: true }))
      .then((kept) => kept || fetch(event.request)),
  );
});
`;
