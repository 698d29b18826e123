import type { ComponentType } from 'preact';
import { Banner } from './parts/banner.js';
import { Picker } from './parts/picker.js';
import { Tabs } from './parts/tabs.js';
import type { ViewName } from './state/place.js';
import { useStore } from './state/store.js';
import { AdviceView } from './views/advice.js';
import { ChartsView } from './views/charts.js';
import { ExportView } from './views/export.js';
import { GraphView } from './views/graph.js';
import { LayerView } from './views/layer.js';
import { Overview } from './views/overview.js';
import { QuantizeView } from './views/quantize.js';
import { RunView } from './views/run.js';
import { Welcome } from './views/welcome.js';
import { WhatIfView } from './views/what-if.js';

const VIEW: Readonly<Record<ViewName, ComponentType>> = {
  overview: Overview,
  graph: GraphView,
  layer: LayerView,
  run: RunView,
  charts: ChartsView,
  whatif: WhatIfView,
  advice: AdviceView,
  quantize: QuantizeView,
  export: ExportView,
};

/** The page: where the network comes from, what happens, and the view that the address names. */
export function App() {
  const { place, document } = useStore();
  const View = document === undefined && place.view !== 'quantize' ? Welcome : VIEW[place.view];
  return (
    <>
      <button type="button" class="skip" onClick={() => window.document.getElementById('view')?.focus()}>
        to the view
      </button>
      <Picker />
      <Banner />
      <Tabs />
      <main>
        <div id="view" tabIndex={-1} role="tabpanel" aria-labelledby={`tab-${place.view}`}>
          <View key={place.view} />
        </div>
      </main>
    </>
  );
}
