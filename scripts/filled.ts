/** `text` of the document at `path` with each generated part, by its name, in place of what stands between its marker comments. */
export function filled(text: string, parts: Readonly<Record<string, string>>, path: string): string {
  return Object.entries(parts).reduce((t, [name, part]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [before, rest] = t.split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`${path} lacks the markers of ${name}`);
    return `${before}${begin}\n\n${part}\n\n${end}${after}`;
  }, text);
}
