import { escapeXml } from '../../reports/xml.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { Model } from '../../src/ir/expr.js';
import { compile } from '../../src/library/compile.js';
import { estimate } from '../../src/library/estimate.js';
import { mapNetwork } from '../../src/library/map-network.js';
import { buildModel } from '../../src/models/registry.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { MapChoice } from '../../src/results/mapping.js';

/** The networks of MLPerf Tiny, as HTVM takes them. */
const NETWORKS = ['resnet8', 'ds-cnn', 'mobilenet-v1', 'dae'] as const;

/** Bytes of L2 with which MobileNet's pixels of 64 channels fit; L2 does not change what a layer costs. */
const ROOMY_L2 = 2 ** 21;
const hardware = overrideMemories(DEFAULT_PARAMETERS, { l2: ROOMY_L2 });

/** The ways to run a network that stand side by side. */
const WAYS: readonly { readonly name: string; readonly of: string; readonly map?: MapChoice }[] = [
  { name: 'digital (int8)', of: '' },
  { name: 'analog (ternary)', of: '-ternary' },
  { name: 'mixed', of: '-mixed' },
  { name: 'mixed, `--map fastest`', of: '-mixed', map: 'fastest' },
  { name: 'mixed, `--map greenest`', of: '-mixed', map: 'greenest' },
];

/** What one way of running a network costs. All are estimates. */
export interface Way {
  readonly network: string;
  readonly name: string;
  readonly cycles: number;
  /** Of `cycles`: layout transforms on the host. */
  readonly transforms: number;
  readonly microjoules: number;
  readonly analogLayers: number;
  /** Operations (two a multiply-accumulate) a joule, in 10^12. */
  readonly teraOps: number;
}

const isTransform = (l: { readonly target: string; readonly detail: string }): boolean =>
  l.target === 'host' && ['to the core', 'to the analog core', 'to the host'].includes(l.detail);

function wayOf(network: string, name: string, model: Model): Way {
  const { totals, layers } = estimate(compile(model, { hardware }));
  return {
    network,
    name,
    cycles: totals.totalCycles,
    transforms: layers.filter(isTransform).reduce((n, l) => n + l.totalCycles, 0),
    microjoules: totals.energy!.microjoules,
    analogLayers: layers.filter((l) => l.target === 'analog').length,
    teraOps: (2 * totals.energy!.macsPerJoule) / 1e12,
  };
}

/** Every network in every way. */
export const analogWays = (): Way[] =>
  NETWORKS.flatMap((network) =>
    WAYS.map(({ name, of, map }) => {
      const model = buildModel(`${network}${of}`);
      return wayOf(network, name, map === undefined ? model : mapNetwork(model, map, { hardware }));
    }),
  );

const count = (n: number): string => n.toLocaleString('en-US');

/** The second part of docs/validation.md: digital, analog and mixed beside what HTVM and DIANA's papers claim. */
export function analogSection(ways: readonly Way[]): string {
  const resnet = ways.filter((w) => w.network === 'resnet8');
  const best = resnet.reduce((a, b) => (b.teraOps > a.teraOps ? b : a));
  return [
    '## Digital, analog and mixed',
    '',
    'The four networks with int8 layers only, ternary wherever the analog core takes them, and mixed as HTVM has them (first and last layers',
    'digital); and the mixed ones with each layer on the core that `--map` finds. **All are estimates**: the digital core as in',
    "`docs/hardware-model.md`, the analog core by ODiMO's figures, the host by our own; an ideal array, analog noise is not modelled, and other",
    "values than a trained network's. Counted with 2 MiB of L2 (`--l2 2097152`): with 512 KiB MobileNetV1 ternary and mixed do not fit.",
    '',
    '![cycles and energy of each network in each way](images/analog-figure.svg)',
    '',
    '| network | | layers on the analog core | cycles | of them layout transforms | uJ | TOP/s/W |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...ways.map(
      (w) =>
        `| ${w.network} | ${w.name} | ${w.analogLayers} | ${count(w.cycles)} | ${count(w.transforms)} | ${w.microjoules.toFixed(2)} | ${w.teraOps.toFixed(2)} |`,
    ),
    '',
    'What is claimed for the chip:',
    '',
    '| figure | source | published | ours |',
    '| --- | --- | ---: | ---: |',
    `| MLPerf Tiny over plain TVM, with both accelerators | HTVM (arXiv 2406.07453, abstract; no figure a network or a core there) | 120 x | the first table |`,
    `| whole system, CIFAR-10 | DIANA (JSSC 2023, abstract) | 7.02 TOP/s/W | ${best.teraOps.toFixed(2)} TOP/s/W: ResNet-8, ${best.name} |`,
    '| peak of the analog core | DIANA (JSSC 2023, abstract) | 600 TOP/s/W | not reached: the array is never full, and what surrounds it counts |',
    '',
    'In this model the analog core pays for few layers: large ones are faster on it, and the digital core makes pixels for it and adds them, but the way',
    "back to planes, and from depthwise layers, is the host's (its share is in the table), and loading the array takes 8 cycles a row [odimo]. Where transforms cost nothing, `--map fastest`",
    'puts six of the ten layers of ResNet-8 mixed on the analog core (`test/mapping/map-network.test.ts`). What HTVM measured a network and a core is not',
    'in the sources that we may use, so nothing here says that the chip behaves so.',
    '',
  ].join('\n');
}

const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#56b4e9', '#cc79a7'] as const;
const [LEFT, BAR, ROW, GAP] = [150, 240, 14, 12] as const;

/** The same as a picture: a bar a way, cycles on the left and energy on the right, each against the network's largest. */
export function analogFigure(ways: readonly Way[]): string {
  const group = WAYS.length * ROW + GAP;
  const height = 62 + NETWORKS.length * group;
  const right = LEFT + BAR + 110;
  const bars = NETWORKS.flatMap((network, n) => {
    const own = ways.filter((w) => w.network === network);
    const top = 46 + n * group;
    const most = {
      cycles: Math.max(...own.map((w) => w.cycles)),
      energy: Math.max(...own.map((w) => w.microjoules)),
    };
    const bar = (x: number, y: number, share: number, colour: string, text: string) =>
      `<rect x="${x}" y="${y}" width="${(BAR * share).toFixed(1)}" height="${ROW - 3}" fill="${colour}"/>` +
      `<text x="${(x + BAR * share + 4).toFixed(1)}" y="${y + 10}">${escapeXml(text)}</text>`;
    return [
      `<text x="4" y="${top + 11}" font-weight="bold">${network}</text>`,
      ...own.map((w, i) => {
        const y = top + i * ROW;
        return (
          bar(LEFT, y, w.cycles / most.cycles, COLOURS[i]!, count(w.cycles)) +
          bar(right, y, w.microjoules / most.energy, COLOURS[i]!, w.microjoules.toFixed(2))
        );
      }),
    ];
  });
  const legend = WAYS.map(
    ({ name }, i) =>
      `<rect x="${4 + i * 145}" y="${height - 14}" width="9" height="9" fill="${COLOURS[i]}"/>` +
      `<text x="${17 + i * 145}" y="${height - 6}">${escapeXml(name.replaceAll('`', ''))}</text>`,
  );
  const title =
    'MLPerf Tiny on DIANA, estimated: digital, analog and mixed (an ideal array, noise not modelled)';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right + BAR + 70} ${height}" role="img" aria-label="${title}" font-family="sans-serif" font-size="10">` +
    `<rect width="100%" height="100%" fill="#ffffff"/><text x="4" y="16" font-size="13" font-weight="bold">${title}</text>` +
    `<text x="${LEFT}" y="38">cycles</text><text x="${right}" y="38">uJ</text>${bars.join('')}${legend.join('')}</svg>\n`
  );
}
