import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Mover, Together } from './together.js';

const NO_ANCHORS: ReadonlyMap<string, number> = new Map();

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where to look: the middle of this box comes into the middle of the picture. */
export interface Focus extends Box {
  readonly key: string;
}

/** A drawing that is moved with the mouse or a finger and zoomed with Ctrl and the wheel, the buttons, or plus and minus. */
export function PanZoom({
  width,
  height,
  label,
  focus,
  children,
  svgRef,
  together,
  anchors = NO_ANCHORS,
}: {
  width: number;
  height: number;
  label: string;
  focus?: Focus | undefined;
  children: ComponentChildren;
  svgRef: { current: SVGSVGElement | null };
  /** Drawings that move with this one, by what they have in common. */
  together?: Together | undefined;
  anchors?: ReadonlyMap<string, number>;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const drag = useRef<{ x: number; y: number; left: number; top: number } | null>(null);
  const [zoom, setZoom] = useState(0);
  const fitted = (): number => {
    const box = frame.current;
    return box === null ? 1 : Math.max(0.25, Math.min(1, (box.clientWidth - 16) / width));
  };
  // another drawing begins fitted
  useEffect(() => setZoom(fitted()), [width, height]);
  // the key tells of another place
  useEffect(() => {
    const box = frame.current;
    if (box === null || focus === undefined || zoom === 0) return;
    box.scrollTo({
      left: (focus.x + focus.width / 2) * zoom - box.clientWidth / 2,
      top: (focus.y + focus.height / 2) * zoom - box.clientHeight / 2,
    });
  }, [focus?.key, zoom === 0]);
  const zoomOwn = (factor: number): void => {
    const box = frame.current;
    if (box === null) return;
    const next = Math.max(0.1, Math.min(4, zoom * factor));
    const [x, y] = [box.scrollLeft + box.clientWidth / 2, box.scrollTop + box.clientHeight / 2];
    setZoom(next);
    requestAnimationFrame(() => {
      box.scrollLeft = (x * next) / zoom - box.clientWidth / 2;
      box.scrollTop = (y * next) / zoom - box.clientHeight / 2;
    });
  };
  // Scrolling by `show` is no movement that others follow.
  const follows = useRef(false);
  const now = useRef(zoom);
  now.current = zoom;
  const act = useRef({ zoomOwn, wholeWidth: () => setZoom(fitted()) });
  act.current = { zoomOwn, wholeWidth: () => setZoom(fitted()) };
  const mover = useMemo<Mover>(
    () => ({
      anchors,
      height,
      show: (y, sideways) => {
        const box = frame.current;
        if (box === null) return;
        const was = [box.scrollLeft, box.scrollTop];
        box.scrollTo({
          left: sideways * (box.scrollWidth - box.clientWidth),
          top: y * now.current - box.clientHeight / 2,
        });
        follows.current = box.scrollLeft !== was[0] || box.scrollTop !== was[1];
      },
      zoomBy: (factor) => act.current.zoomOwn(factor),
      wholeWidth: () => act.current.wholeWidth(),
    }),
    [anchors, height],
  );
  useEffect(() => together?.add(mover), [together, mover]);
  const scrolled = (): void => {
    const box = frame.current;
    if (box === null || together === undefined) return;
    if (follows.current) {
      follows.current = false;
      return;
    }
    const room = box.scrollWidth - box.clientWidth;
    const middle = (box.scrollTop + box.clientHeight / 2) / (zoom || 1);
    together.moved(mover, middle, room === 0 ? 0 : box.scrollLeft / room);
  };
  const zoomBy = (factor: number): void => {
    zoomOwn(factor);
    together?.zoomed(mover, factor);
  };
  const wholeWidth = (): void => {
    setZoom(fitted());
    together?.fitted(mover);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === '+' || event.key === '=') zoomBy(1.25);
    else if (event.key === '-') zoomBy(0.8);
    else if (event.key === '0') wholeWidth();
    else return;
    event.preventDefault();
  };
  return (
    <div class="pan-zoom">
      <div class="tools">
        <button type="button" onClick={() => zoomBy(1.25)}>
          zoom in
        </button>
        <button type="button" onClick={() => zoomBy(0.8)}>
          zoom out
        </button>
        <button type="button" onClick={wholeWidth}>
          whole width
        </button>
      </div>
      <div
        ref={frame}
        class="frame"
        role="region"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        onKeyDown={keys}
        onScroll={scrolled}
        onWheel={(e) => {
          if (!e.ctrlKey && !e.metaKey) return;
          e.preventDefault();
          zoomBy(e.deltaY < 0 ? 1.15 : 1 / 1.15);
        }}
        onPointerDown={(e) => {
          if (e.pointerType !== 'mouse' || frame.current === null) return;
          drag.current = {
            x: e.clientX,
            y: e.clientY,
            left: frame.current.scrollLeft,
            top: frame.current.scrollTop,
          };
        }}
        onPointerMove={(e) => {
          const [start, box] = [drag.current, frame.current];
          if (start === null || box === null || e.buttons === 0) return;
          box.scrollLeft = start.left - (e.clientX - start.x);
          box.scrollTop = start.top - (e.clientY - start.y);
        }}
        onPointerUp={() => {
          drag.current = null;
        }}
      >
        <svg
          ref={svgRef}
          class="drawing"
          viewBox={`0 0 ${Math.max(1, width)} ${Math.max(1, height)}`}
          width={Math.max(1, width) * (zoom || 1)}
          height={Math.max(1, height) * (zoom || 1)}
          role="group"
          aria-label={label}
        >
          {children}
        </svg>
      </div>
    </div>
  );
}
