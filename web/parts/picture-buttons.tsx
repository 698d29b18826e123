import { store } from '../state/store.js';
import { pngOf, save, svgText } from './save.js';

/** Saves a drawing of the page. */
export function PictureButtons({ svg, name }: { svg: { current: SVGSVGElement | null }; name: string }) {
  const saveSvg = (): void => {
    if (svg.current !== null) save(`${name}.svg`, 'image/svg+xml', svgText(svg.current));
  };
  const savePng = (): void => {
    if (svg.current !== null)
      pngOf(svg.current).then(
        (blob) => save(`${name}.png`, 'image/png', blob),
        (error) => store.fail(error),
      );
  };
  return (
    <span class="tools">
      <button type="button" onClick={saveSvg} aria-label={`Save SVG: ${name}`}>
        Save SVG
      </button>
      <button type="button" onClick={savePng} aria-label={`Save PNG: ${name}`}>
        Save PNG
      </button>
    </span>
  );
}
