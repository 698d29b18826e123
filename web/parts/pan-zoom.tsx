import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

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
}: {
  width: number;
  height: number;
  label: string;
  focus?: Focus | undefined;
  children: ComponentChildren;
  svgRef: { current: SVGSVGElement | null };
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
  const zoomBy = (factor: number): void => {
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
  const keys = (event: KeyboardEvent): void => {
    if (event.key === '+' || event.key === '=') zoomBy(1.25);
    else if (event.key === '-') zoomBy(0.8);
    else if (event.key === '0') setZoom(fitted());
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
        <button type="button" onClick={() => setZoom(fitted())}>
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
