import { useEffect, useRef, useState } from 'preact/hooks';
import { layerLabel, shapeLabel } from '../../reports/metrics.js';
import { count } from '../../reports/numbers.js';
import type { LayerResult } from '../../src/results/run.js';
import { save } from '../parts/save.js';
import { useAnswer, useStore } from '../state/store.js';
import type { TensorView } from '../worker/tensors.js';
import { drawPlanes } from './planes.js';

/** The values of a layer's output as pictures, and where they differ from the reference. */
export function TensorPicture({ layer }: { layer: LayerResult }) {
  const { ran, version } = useStore();
  const { value } = useAnswer(`${version} tensor ${layer.tensor}`, 'tensor', layer.tensor ?? '');
  if (!ran) return <p class="faint">Values come when the run has ended.</p>;
  if (value === undefined)
    return (
      <p class="faint">
        This run holds no values of this layer's output: it lies inside a kernel, or nothing was compared.
      </p>
    );
  return <Values layer={layer} tensor={value} />;
}

function Values({ layer, tensor }: { layer: LayerResult; tensor: TensorView }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [what, setWhat] = useState<'actual' | 'difference'>('actual');
  const differing = tensor.actual.reduce(
    (n, v, i) => n + (Object.is(v, tensor.expected[i]) || v === tensor.expected[i] ? 0 : 1),
    0,
  );
  useEffect(() => {
    if (canvas.current !== null) drawPlanes(canvas.current, tensor, what);
  }, [tensor, what]);
  const [least, most] = tensor.actual.reduce(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Infinity, -Infinity],
  );
  return (
    <figure class="tensor">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`values of ${layerLabel(layer)}: ${shapeLabel(tensor.shape)}`}
      />
      <figcaption class="faint">
        {what === 'actual'
          ? `Output ${shapeLabel(tensor.shape)} ${tensor.dtype}, a plane a channel: dark ${least}, light ${most}.`
          : 'Where simulator and reference differ: orange; equal: grey.'}{' '}
        {differing === 0 ? (
          <span class="good">Equal to the reference.</span>
        ) : (
          <span class="bad">{count(differing)} elements differ.</span>
        )}{' '}
        <button
          type="button"
          class="link"
          onClick={() => setWhat(what === 'actual' ? 'difference' : 'actual')}
        >
          {what === 'actual' ? 'show the difference' : 'show the values'}
        </button>{' '}
        <button
          type="button"
          class="link"
          onClick={() =>
            canvas.current?.toBlob((b) => b && save(`${layerLabel(layer)}-${what}.png`, 'image/png', b))
          }
        >
          save PNG
        </button>
      </figcaption>
    </figure>
  );
}
