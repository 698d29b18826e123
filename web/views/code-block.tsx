import type { ComponentChildren } from 'preact';
import type { CodeLink } from '../worker/code-links.js';

interface CodeBlockProps {
  readonly text: string;
  readonly label: string;
  /** Lines that belong to jobs: they can be pointed at and chosen. */
  readonly links?: readonly CodeLink[];
  readonly isMarked?: (link: CodeLink) => boolean;
  readonly onPoint?: (link: CodeLink | undefined) => void;
  readonly onChoose?: (link: CodeLink) => void;
}

/** Text of a program, a line a line; those that belong to jobs are buttons, and marked where `isMarked` says so. */
export function CodeBlock({
  text,
  label,
  links = [],
  isMarked = () => false,
  onPoint,
  onChoose,
}: CodeBlockProps) {
  const lines = text.replace(/\n$/, '').split('\n').slice(0, 2000);
  const byLine = new Map<number, CodeLink>();
  for (const link of links) for (let i = link.from; i <= link.to; i++) byLine.set(i, link);
  const shown: ComponentChildren[] = lines.map((line, i) => {
    const link = byLine.get(i);
    if (link === undefined)
      return (
        <span key={i}>
          {line}
          {'\n'}
        </span>
      );
    return (
      <button
        key={i}
        type="button"
        class={`line-link${isMarked(link) ? ' marked' : ''}`}
        onPointerEnter={() => onPoint?.(link)}
        onPointerLeave={() => onPoint?.(undefined)}
        onFocus={() => onPoint?.(link)}
        onBlur={() => onPoint?.(undefined)}
        onClick={() => onChoose?.(link)}
      >
        {line}
        {'\n'}
      </button>
    );
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>{shown}</pre>
    </section>
  );
}
