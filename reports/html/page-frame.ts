import { CSS } from './style.js';
import { type Html, html, raw } from './tags.js';

/** The frame of every page: one file, nothing from the network. */
export const page = (title: string, body: Html, script = ''): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title><style>${raw(CSS)}</style></head><body>
${body}
${script === '' ? '' : raw(`<script>${script}</script>`)}
</body></html>
`.html;
