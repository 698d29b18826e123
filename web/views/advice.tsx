import { count, percent } from '../../reports/numbers.js';
import { store, useAnswer, useStore } from '../state/store.js';

/** What bounds each layer, and changes of the network that a compile found to cost less. */
export function AdviceView() {
  const { opened, document } = useStore();
  const { value: advice, error } = useAnswer(`${store.opening} advice`, 'advise');
  if (opened?.kind !== 'model')
    return <p class="notice">Advice needs the network; this is a Program or a result.</p>;
  if (error !== undefined) return <p class="bad">{error}</p>;
  if (advice === undefined) return <p class="faint">Trying changes ...</p>;
  const layers = document?.models[0]?.run.layers ?? [];
  return (
    <section>
      <h2>{advice.model}: advice</h2>
      <p>
        {count(advice.totalCycles)} cycles; layers above 2 % of the run. Each change was compiled, and its
        gain is what that compile counts.
      </p>
      {advice.together !== undefined && (
        <p class="headline">
          Together: {advice.together.what}: {count(advice.together.totalCycles)} cycles,{' '}
          {count(advice.together.gain)} ({percent(advice.together.gain, advice.totalCycles)}) less.
        </p>
      )}
      {advice.layers.map((l) => {
        const layer = layers.find(
          (x) => x.totalCycles === l.cycles && (x.layer === l.layer || x.name.endsWith(l.layer)),
        );
        return (
          <details key={`${l.layer} ${l.cycles}`} open={l.changes.length > 0}>
            <summary>
              <b>{l.layer}</b> ({l.where}): {count(l.cycles)} cycles, {percent(l.cycles, advice.totalCycles)}
            </summary>
            <ul>
              {l.bounds.map((b) => (
                <li key={b}>{b}</li>
              ))}
              {l.changes.map((c) => (
                <li key={c.what} class="good">
                  {count(c.gain)} cycles less: {c.what}. Outputs: {c.outputs}.
                </li>
              ))}
            </ul>
            {layer !== undefined && (
              <button type="button" class="link" onClick={() => store.go({ view: 'layer', layer: layer.id })}>
                Look at the layer
              </button>
            )}
          </details>
        );
      })}
    </section>
  );
}
