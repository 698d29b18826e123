import { adviceSection } from '../../reports/html/advice.js';
import { ReportPart } from '../parts/report-part.js';
import { hashOf } from '../state/place.js';
import { store, useAnswer, useStore } from '../state/store.js';

/** What bounds each layer, and changes of the network that a compile found to cost less: asked for, or as a result brings it. */
export function AdviceView() {
  const { opened, document } = useStore();
  const brought = document?.models[0]?.advice;
  const asked = useAnswer(`${store.opening} advice`, 'advise');
  const advice = opened?.kind === 'model' ? asked.value : brought;
  if (opened?.kind !== 'model' && brought === undefined)
    return (
      <p class="notice">
        Advice needs the network, or a result of verify --advise; this is a Program or a result without it.
      </p>
    );
  if (opened?.kind === 'model' && asked.error !== undefined) return <p class="bad">{asked.error}</p>;
  if (advice === undefined) return <p class="faint">Trying changes ...</p>;
  const layers = opened?.kind === 'result' ? [] : (document?.models[0]?.run.layers ?? []);
  return (
    <section>
      <h2>{advice.model}: advice</h2>
      <ReportPart
        part={adviceSection(advice, ({ id }) =>
          layers[id] === undefined
            ? undefined
            : `#${hashOf({ ...store.state.place, view: 'layer', layer: id })}`,
        )}
      />
    </section>
  );
}
