import { escapeXml } from '../xml.js';

/** HTML that is already escaped; only `html` and `raw` make it, so that no name of a model becomes markup by accident. */
export interface Html {
  readonly html: string;
}

export const raw = (text: string): Html => ({ html: text });

type Part = Html | string | number | undefined | readonly Html[];

function show(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeXml(String(part));
  return 'html' in part ? part.html : part.map(({ html: text }) => text).join('');
}

/** A template whose parts are escaped, unless they are HTML. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  raw(texts.map((text, i) => text + (i < parts.length ? show(parts[i]) : '')).join(''));

/** JSON inside a script element: "<" cannot end the element. */
export const jsonScript = (id: string, value: unknown): Html =>
  raw(
    `<script type="application/json" id="${escapeXml(id)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
  );
