/** Text of a program, a line a line; lines that `mark` matches are marked. */
export function CodeBlock({ text, label, mark }: { text: string; label: string; mark?: RegExp | undefined }) {
  const lines = text.replace(/\n$/, '').split('\n').slice(0, 2000);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>
        {lines.map((line, i) => (
          <span key={i} class={mark?.test(line) ? 'marked' : ''}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}
