/** Widest line of generated C, in columns. */
export const LINE_WIDTH = 120;

/** Collects lines of C with their indentation: two spaces a block. */
export class CWriter {
  readonly #lines: string[] = [];
  #depth = 0;
  #scopes = 0;
  readonly #open: number[] = [0];

  /** One line, or an empty one; a statement that is too long goes on in lines indented by four more. */
  line(text = ''): this {
    const indent = '  '.repeat(this.#depth);
    if (text === '') this.#lines.push('');
    else
      breakStatement(text, LINE_WIDTH - indent.length).forEach((part, i) => {
        this.#lines.push(`${indent}${i === 0 ? '' : '    '}${part}`);
      });
    return this;
  }

  /** Lines that come indented by themselves, as one text. */
  text(text: string): this {
    for (const line of text.split('\n')) this.line(line);
    return this;
  }

  /** `head {`, what `body` writes, `}` and `tail`. */
  block(head: string, body: () => void, tail = ''): this {
    this.line(head === '' ? '{' : `${head} {`);
    this.#depth++;
    this.#open.push(++this.#scopes);
    body();
    this.#open.pop();
    this.#depth--;
    return this.line(`}${tail}`);
  }

  /** The innermost block that is being written; what was declared in it can be used while it is open. */
  get scope(): number {
    return this.#open.at(-1)!;
  }

  isOpen(scope: number): boolean {
    return this.#open.includes(scope);
  }

  /** for (int32_t i = 0; i < count; ++i) */
  loop(index: string, count: number | string, body: () => void): this {
    return this.block(`for (int32_t ${index} = 0; ${index} < ${count}; ++${index})`, body);
  }

  /** A comment, broken into lines; what would end it early is defused. */
  comment(text: string): this {
    const safe = text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
    const lines = wrapWords(safe, LINE_WIDTH - 2 * this.#depth - 6);
    if (lines.length === 1) return this.line(`/* ${lines[0]} */`);
    lines.forEach((l, i) => {
      this.line(`${i === 0 ? '/* ' : ' * '}${l}${i === lines.length - 1 ? ' */' : ''}`);
    });
    return this;
  }

  /** The text, ending in a line feed. */
  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** Where a statement may be broken: behind a comma, a semicolon of a for, an assignment or before an operator, outside of strings. */
function breakingPoints(text: string): number[] {
  const points: number[] = [];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"' && text[i - 1] !== '\\') quoted = !quoted;
    if (!quoted && text[i] === ' ' && (/[,;=]/.test(text[i - 1] ?? '') || /^[+*-] /.test(text.slice(i + 1))))
      points.push(i);
  }
  return points;
}

/** A statement in pieces of at most `width` characters, as far as it can be broken; directives and comments stay whole. */
function breakStatement(text: string, width: number): string[] {
  if (text.length <= width || /^\s|^#|\/\*|^\.|\\$/.test(text)) return [text];
  const before = breakingPoints(text).filter((i) => i <= width);
  const at = before.findLast((i) => text[i - 1] === ',') ?? before.at(-1);
  return at === undefined ? [text] : [text.slice(0, at), ...breakStatement(text.slice(at + 1), width - 4)];
}

/** Breaks a text at its spaces into lines of at most `width` characters (longer words stay whole); keeps its line feeds. */
export function wrapWords(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

/** `items` separated by commas, as many on a line as fit behind `indent` spaces. */
export function wrapItems(items: readonly string[], indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  const pad = ' '.repeat(indent);
  for (const item of items) {
    if (line !== '' && indent + line.length + item.length + 2 > LINE_WIDTH) {
      lines.push(pad + line);
      line = '';
    }
    line += `${line === '' ? '' : ' '}${item},`;
  }
  if (line !== '') lines.push(pad + line);
  return lines;
}

/** "0x1C010000" */
export const hex32 = (n: number): string => `0x${(n >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
