/** Unique names that Relay's text can hold: letters, digits, "_" and dots between them, a letter or "_" first. */
export class Names {
  readonly #taken = new Set<string>();

  /** `wanted` made legal and unique; `prefix` goes before a name that is empty or begins with a digit. */
  unique(wanted: string, prefix: string): string {
    const clean = wanted
      .replace(/[^A-Za-z0-9_.]+/g, '_')
      .split('.')
      .filter((part) => part !== '')
      // A part after a dot must not begin with a digit either: "%a.1" reads as field 1 of %a.
      .map((part, i) => (i > 0 && /^\d/.test(part) ? `_${part}` : part))
      .join('.');
    const legal = clean === '' ? prefix : /^[A-Za-z_]/.test(clean) ? clean : `${prefix}_${clean}`;
    let name = legal;
    for (let n = 1; this.#taken.has(name); n++) name = `${legal}_${n}`;
    this.#taken.add(name);
    return name;
  }
}
