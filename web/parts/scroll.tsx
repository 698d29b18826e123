import type { ComponentChildren } from 'preact';

/** What may be wider than the page and then scrolls by itself, with the keyboard too. */
export function Scroll({ children, tall = false }: { children: ComponentChildren; tall?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <div class={tall ? 'scroll tall' : 'scroll'} tabIndex={0}>
      {children}
    </div>
  );
}
