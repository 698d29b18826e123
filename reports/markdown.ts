import { peakMacsPerCycle } from '../sim/isa/array.js';
import type { ModelResult, ResultDocument } from '../src/results/document.js';
import type { Explanation } from '../src/results/explanation.js';
import type { RunResult } from '../src/results/run.js';
import { adviceNote, describeAdvised, describeChange, describeTogether } from './advice.js';
import { cyclesWithRange, furthest, layerModels, otherCosts } from './cost-models.js';
import { describeHeld, describeMismatch, describeReference, describeWarning } from './describe.js';
import { describeEnergy, ENERGY_SOURCE } from './energy.js';
import { describeCause, describeFault, describeIsolation } from './explanation.js';
import { findingDetails, findingTitle } from './findings.js';
import { beside, costThere, mappingSentences, mappingTitle, remarkOf, sumRows } from './mapping.js';
import {
  ESTIMATED,
  jobCount,
  layerLabel,
  layerVerdict,
  macsPerCycle,
  memoryRows,
  operatorLabel,
  passed,
  percentOfPeak,
  REASON_ORDER,
  REASON_TEXT,
  shapeLabel,
} from './metrics.js';
import { count, decimal, megahertz, ms, percent, plural } from './numbers.js';
import { describeSoc, socRows } from './soc.js';
import { describeStrength, describeUnseen, strengthPercent } from './strength.js';

/** A cell's text; names come from models and must not break the table or become markup. */
export const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_|<>[\]]/g, (c) => `\\${c}`).replaceAll(/\s+/g, ' ');

type Align = 'left' | 'right';

/** A GitHub-flavoured table; cells are Markdown already. */
export function markdownTable(
  head: readonly (readonly [string, Align])[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head.map(([title]) => title)),
    `|${head.map(([, align]) => (align === 'right' ? '---:' : ':---')).join('|')}|`,
    ...rows.map(line),
  ];
}

const VERDICT_HEAD = [
  ['exact', 'left'],
  ['saturated', 'right'],
  ['zero', 'right'],
] as const;

function layerTable({ run, verdicts }: ModelResult): string[] {
  const verified = verdicts.length > 0;
  const powered = run.totals.energy !== undefined;
  const head = [
    ['layer', 'left'],
    ['operator', 'left'],
    ['where', 'left'],
    ['output', 'left'],
    ['tiles', 'right'],
    ['jobs', 'right'],
    ['MACs', 'right'],
    ['cycles', 'right'],
    ['MAC/cycle', 'right'],
    [`of the ${peakMacsPerCycle(run.hardware)} peak`, 'right'],
    ['ms', 'right'],
    ...(powered ? [['uJ', 'right'] as const] : []),
    ...(verified ? VERDICT_HEAD : []),
  ] as const;
  const figures = (item: RunResult['totals'] | RunResult['layers'][number]): string[] => [
    count(item.usefulMacs),
    count(item.totalCycles),
    item.usefulMacs === 0 ? '' : decimal(macsPerCycle(item)),
    item.usefulMacs === 0 ? '' : `${percentOfPeak(item).toFixed(1)} %`,
    ms(item.totalCycles, run.hardware.chip.clockHz),
    ...(powered ? [item.energy?.microjoules.toFixed(3) ?? ''] : []),
  ];
  const rows = run.layers.map((layer) => {
    const found = layerVerdict(verdicts, layer);
    const verdict =
      found === undefined
        ? ['not held', '', '']
        : [
            found.differing === 0 ? (found.tolerance ?? 'yes') : `**no: ${count(found.differing)} differ**`,
            percent(found.saturated, found.elements),
            percent(found.zero, found.elements),
          ];
    return [
      escapeMarkdown(layerLabel(layer)),
      escapeMarkdown(operatorLabel(layer)),
      layer.target,
      shapeLabel(layer.output),
      count(layer.tiles),
      count(jobCount(layer)),
      ...figures(layer),
      ...(verified ? verdict : []),
    ];
  });
  const total = [
    '**total**',
    '',
    '',
    '',
    count(run.totals.tiles),
    count(jobCount(run.totals)),
    ...figures(run.totals),
  ];
  return markdownTable(head, [
    ...rows,
    verified ? [...total, passed({ run, verdicts }) ? 'yes' : '**no**', '', ''] : total,
  ]);
}

function reasonTable(run: RunResult): string[] {
  return markdownTable(
    [
      ['cycles by reason', 'left'],
      ['cycles', 'right'],
      ['share', 'right'],
      ['what it is', 'left'],
    ],
    REASON_ORDER.filter((reason) => run.totals.cycles[reason] > 0).map((reason) => [
      REASON_TEXT[reason].label,
      count(run.totals.cycles[reason]),
      percent(run.totals.cycles[reason], run.totals.totalCycles),
      REASON_TEXT[reason].doc,
    ]),
  );
}

/** The other public cost models on the same jobs. */
function otherModelsTable(run: RunResult): string[] {
  const others = otherCosts(run.totals);
  if (others.length === 0) return [];
  return markdownTable(
    [
      ['other cost models', 'left'],
      ['cycles', 'right'],
      ['ratio', 'right'],
      ['most of the difference', 'left'],
    ],
    others.map(({ name, cycles, ratio, because }) => [name, count(cycles), ratio.toFixed(2), because]),
  );
}

/** Each layer of the core under each model, with their range and the term in which the furthest differs. */
function layerModelsTable(run: RunResult): string[] {
  const layers = layerModels(run);
  const names = layers[0]?.others.map((o) => o.name) ?? [];
  if (names.length === 0) return [];
  return markdownTable(
    [
      ['layer', 'left'],
      ['cycles', 'right'],
      ...names.map((name): [string, 'right'] => [name, 'right']),
      ['over 20 %: most of the difference', 'left'],
    ],
    layers.map(({ label, cycles, others }) => {
      const far = furthest(others);
      return [
        label,
        count(cycles),
        ...others.map((o) => count(o.cycles)),
        far.because === '' ? '' : `${far.name}: ${far.because}`,
      ];
    }),
  );
}

const memoryTable = (run: RunResult): string[] =>
  markdownTable(
    [
      ['peak memory', 'left'],
      ['bytes', 'right'],
      ['limit', 'right'],
      ['used', 'right'],
    ],
    memoryRows(run).map(({ name, peak, limit }) => [name, count(peak), count(limit), percent(peak, limit)]),
  );

/** Why a run differs: the layers at fault and their causes as a list. */
const explanationMarkdown = (explanation: Explanation): string[] => [
  '',
  `**Why**: ${describeIsolation(explanation)}.`,
  '',
  ...explanation.atFault.flatMap((layer) => [
    `- ${escapeMarkdown(describeFault(layer))}`,
    ...layer.causes.map((c) => `  - ${escapeMarkdown(describeCause(c))}`),
  ]),
];

/** "Exact in 3 runs (...)" or the differing tensors as a list. */
export function verdictMarkdown({ verdicts }: ModelResult): string[] {
  const first = verdicts[0];
  if (first === undefined) return [];
  const failed = verdicts.filter((v) => !v.ok);
  const how = escapeMarkdown(describeReference(first));
  const held = describeHeld(first);
  if (failed.length === 0) return [`**Exact** in ${plural(verdicts.length, 'run')} (${how}): ${held}.`];
  return [
    `**Differs** in ${failed.length} of ${plural(verdicts.length, 'run')} (${how}): ${held}.`,
    '',
    ...failed.flatMap((v) =>
      v.tensors
        .filter((t) => t.differing > 0)
        .map((t) => `- run ${v.run}: ${escapeMarkdown(describeMismatch(t))}`),
    ),
    ...failed.flatMap(({ explanation }) =>
      explanation === undefined ? [] : explanationMarkdown(explanation),
    ),
  ];
}

/** The SoC's cycles beside the estimate; nothing without `--on soc`. */
function socMarkdown(result: ModelResult): string[] {
  const first = result.soc?.[0];
  const text = describeSoc(result);
  if (first === undefined || text === undefined) return [];
  const rows = socRows(result.run, first).map(([label, estimated, soc]) => [
    label,
    count(estimated),
    count(soc),
    estimated === 0 ? '' : (soc / estimated).toFixed(2),
  ]);
  return [
    ...markdownTable(
      [
        ['whole SoC', 'left'],
        ['estimated', 'right'],
        ['on the SoC', 'right'],
        ['ratio', 'right'],
      ],
      rows,
    ),
    '',
    escapeMarkdown(text),
  ];
}

/** What planted faults say about the test; nothing without `--strength`. */
export function strengthMarkdown({ strength }: ModelResult): string[] {
  if (strength === undefined) return [];
  const rows = strength.layers.map((layer) => [
    escapeMarkdown(layer.name),
    count(layer.planted),
    count(layer.noticed),
    count(layer.refused),
    strengthPercent(layer),
  ]);
  const unseen = strength.layers.flatMap(describeUnseen).map((text) => `- ${escapeMarkdown(text)}`);
  return [
    `### Would this test notice?`,
    '',
    escapeMarkdown(describeStrength(strength)),
    '',
    ...markdownTable(
      [
        ['layer', 'left'],
        ['faults planted', 'right'],
        ['noticed', 'right'],
        ['of them refused', 'right'],
        ['share', 'right'],
      ],
      rows,
    ),
    ...(unseen.length === 0 ? [] : ['', ...unseen]),
  ];
}

/** Where each layer was put; nothing without `--map`. */
function mappingMarkdown({ mapping }: ModelResult): string[] {
  if (mapping === undefined) return [];
  const rows = mapping.layers.map((l) => [
    escapeMarkdown(l.layer),
    l.core,
    ...(['digital', 'analog'] as const).flatMap((core) => {
      const cost = costThere(l, core);
      return cost === undefined ? ['-', ''] : [count(cost.cycles), cost.microjoules.toFixed(3)];
    }),
    escapeMarkdown(remarkOf(l)),
  ]);
  return [
    `### ${mappingTitle(mapping)}`,
    '',
    ...markdownTable(
      [
        ['layer', 'left'],
        ['on', 'left'],
        ['digital cycles', 'right'],
        ['uJ', 'right'],
        ['analog cycles', 'right'],
        ['uJ', 'right'],
        ['', 'left'],
      ],
      rows,
    ),
    '',
    ...markdownTable(
      [
        ['together', 'left'],
        ['cycles', 'right'],
        ['uJ', 'right'],
      ],
      sumRows(mapping).map(([name, cost]) => [name, count(cost.cycles), cost.microjoules.toFixed(3)]),
    ),
    '',
    ...beside(mapping).map((text) => `- ${text}`),
    '',
    ...mappingSentences(mapping).flatMap((text) => [escapeMarkdown(text), '']),
  ];
}

/** What the sanitizer found; nothing where it did not run. */
function findingsMarkdown({ findings }: ModelResult): string[] {
  if (findings === undefined) return [];
  if (findings.length === 0) return ['Sanitizer: no finding.'];
  return [
    `### Sanitizer: ${plural(findings.length, 'finding')}`,
    '',
    ...findings.flatMap((finding) => [
      `- **${escapeMarkdown(findingTitle(finding))}**`,
      ...findingDetails(finding).map(([label, text]) => `  - ${label}: ${escapeMarkdown(text)}`),
    ]),
  ];
}

/** What bounds each layer, and changes that a compile confirmed; nothing without `--advise`. */
function adviceMarkdown({ advice }: ModelResult): string[] {
  if (advice === undefined) return [];
  const together = describeTogether(advice);
  return [
    '### What to change',
    '',
    escapeMarkdown(adviceNote(advice)),
    '',
    ...advice.layers.flatMap((l) => [
      `- ${escapeMarkdown(describeAdvised(l, advice))}`,
      ...l.bounds.map((b) => `  - ${escapeMarkdown(b)}`),
      ...l.changes.map((c) => `  - **${escapeMarkdown(describeChange(c))}**`),
    ]),
    ...(together === undefined ? [] : ['', `**${escapeMarkdown(together)}**`]),
  ];
}

function modelMarkdown(result: ModelResult): string[] {
  const { run } = result;
  const clock = run.hardware.chip.clockHz;
  const { energy } = run.totals;
  const warnings = run.warnings.map((warning) => `- ${escapeMarkdown(describeWarning(warning))}`);
  const sections: readonly (readonly string[])[] = [
    [`## ${escapeMarkdown(run.model)} on "${escapeMarkdown(run.target)}"`],
    [
      `${cyclesWithRange(run.totals)}, ${ms(run.totals.totalCycles, clock)} ms at ${megahertz(clock)}: ` +
        `${ESTIMATED}; parameter set \`${run.hardware.name}\`.`,
    ],
    energy === undefined ? [] : [`Energy: ${describeEnergy(energy)}; ${escapeMarkdown(ENERGY_SOURCE)}.`],
    (run.notes ?? []).map((note) => `**${escapeMarkdown(note)}.**`),
    verdictMarkdown(result),
    socMarkdown(result),
    findingsMarkdown(result),
    layerTable(result),
    mappingMarkdown(result),
    reasonTable(run),
    otherModelsTable(run),
    layerModelsTable(run),
    memoryTable(run),
    strengthMarkdown(result),
    adviceMarkdown(result),
    warnings.length === 0 ? [] : ['### Warnings', '', ...warnings],
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
}

/** The report as GitHub-flavoured Markdown: per model the layers, cycles by reason, memories, warnings and the verdict. */
export function renderMarkdown(doc: ResultDocument): string {
  const lines = ['# diana-sim report', '', ...doc.models.flatMap(modelMarkdown)];
  return `${lines.join('\n').trimEnd()}\n`;
}
