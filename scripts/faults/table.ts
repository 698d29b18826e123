import { FAULT_KINDS } from './kinds/index.js';
import type { PlantedFault } from './plant.js';

const part = (of: readonly PlantedFault[], test: (o: PlantedFault) => boolean): string =>
  of.length === 0 ? '-' : `${of.filter(test).length}`;

const percent = (of: readonly PlantedFault[], test: (o: PlantedFault) => boolean): string =>
  of.length === 0 ? '-' : `${((100 * of.filter(test).length) / of.length).toFixed(1)} %`;

/** The table of docs/verification.md: a kind a row; the last four columns count what was noticed. */
export function renderOutcomes(outcomes: readonly PlantedFault[]): string {
  const lines = [
    '| kind of fault | planted | noticed | of them refused | layer right | cause named | cause proved |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  const row = (name: string, of: readonly PlantedFault[], show: typeof part): void => {
    const noticed = of.filter((o) => o.noticed);
    lines.push(
      `| ${name} | ${of.length} | ${show(of, (o) => o.noticed)} | ${part(noticed, (o) => o.refused)} | ${show(noticed, (o) => o.layerRight)} | ${show(noticed, (o) => o.named)} | ${show(noticed, (o) => o.proved)} |`,
    );
  };
  for (const kind of FAULT_KINDS) {
    const of = outcomes.filter((o) => o.kind === kind.name);
    if (of.length > 0)
      row(kind.unseen === undefined ? kind.name : `${kind.name} (cannot show: ${kind.unseen})`, of, part);
  }
  row(
    '**all** that can show',
    outcomes.filter((o) => FAULT_KINDS.some((k) => k.name === o.kind && k.unseen === undefined)),
    percent,
  );
  return `${lines.join('\n')}\n`;
}
