import { useLayoutEffect, useRef } from 'preact/hooks';
import { VIEWS, type ViewName } from '../state/place.js';
import { store, useStore } from '../state/store.js';

const NAMES = Object.keys(VIEWS) as ViewName[];

/** The views as tabs: arrow keys go from one to the next. */
export function Tabs() {
  const { place } = useStore();
  const list = useRef<HTMLDivElement>(null);
  // where the tabs scroll, the chosen one comes into sight
  useLayoutEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (tab && list.current) list.current.scrollLeft = tab.offsetLeft - list.current.offsetLeft - 40;
  }, [place.view]);
  const move = (event: KeyboardEvent): void => {
    const at = NAMES.indexOf(place.view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: NAMES.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const view = NAMES[(to + NAMES.length) % NAMES.length]!;
    store.go({ view });
    document.getElementById(`tab-${view}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={move}>
      {NAMES.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={place.view === name}
          aria-controls="view"
          tabIndex={place.view === name ? 0 : -1}
          onClick={() => store.go({ view: name })}
        >
          {VIEWS[name]}
        </button>
      ))}
    </div>
  );
}
