import { layersTables, timelines } from 'virtual:report-behaviour';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Html } from '../../reports/html/tags.js';

/** A piece of the HTML report, as the report shows it, with the report's own behaviour. Its text is escaped where it is made. */
export function ReportPart({ part, ready }: { part: Html; ready?: (root: HTMLElement) => void }) {
  const root = useRef<HTMLDivElement>(null);
  const text = part.html;
  // what is done with the part depends on the part
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    element.innerHTML = text;
    layersTables(element);
    timelines(element);
    ready?.(element);
  }, [text]);
  return <div ref={root} class="report-part" />;
}
