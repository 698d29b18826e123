/** Words that C reserves, and names that the generated files use for themselves. */
const TAKEN = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm main'
  ).split(' '),
);

/** A C identifier made of `text`: other characters become '_'. */
export function identifier(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z]/.test(plain) && !TAKEN.has(plain) ? plain : `v_${plain}`;
}

/** Identifiers for `texts`, in order, each used once: a second "a.b" becomes a_b_1. */
export function identifiers(texts: readonly string[]): string[] {
  const used = new Set<string>();
  return texts.map((text) => {
    const base = identifier(text);
    let name = base;
    for (let n = 1; used.has(name); n++) name = `${base}_${n}`;
    used.add(name);
    return name;
  });
}
