import { MAP_CHOICES } from '../../src/results/mapping.js';
import { DEFAULT_SETTINGS, type Settings } from '../worker/settings.js';

/** The views of the page, in the order of their tabs. */
export const VIEWS = {
  overview: 'Overview',
  graph: 'Graph',
  layer: 'Layer',
  run: 'Run',
  charts: 'Charts',
  whatif: 'What if',
  advice: 'Advice',
  quantize: 'Quantize',
  export: 'Export',
} as const;
export type ViewName = keyof typeof VIEWS;

/** Where the user is: all that the address says. */
export interface Place {
  /** A built-in network's name; empty where files were given. */
  readonly model: string;
  /** Names of given files, to say what to choose again. */
  readonly file: string;
  readonly view: ViewName;
  readonly layer: number;
  /** The step of the program that is looked at; -1 for none. */
  readonly step: number;
  readonly settings: Settings;
}

export const START: Place = {
  model: '',
  file: '',
  view: 'overview',
  layer: 0,
  step: -1,
  settings: DEFAULT_SETTINGS,
};

const isView = (name: string | null): name is ViewName => name !== null && Object.hasOwn(VIEWS, name);
const whole = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;

/** The address's part behind "#" of a place; what is as usual is left out. */
export function hashOf({ model, file, view, layer, step, settings }: Place): string {
  const words = new URLSearchParams();
  if (model !== '') words.set('model', model);
  if (file !== '') words.set('file', file);
  if (view !== START.view) words.set('view', view);
  if (layer !== START.layer) words.set('layer', String(layer));
  if (step !== START.step) words.set('step', String(step));
  if (settings.target !== DEFAULT_SETTINGS.target) words.set('target', settings.target);
  for (const name of ['fuse', 'l1Reuse', 'reference'] as const) if (!settings[name]) words.set(name, '0');
  if (settings.map !== DEFAULT_SETTINGS.map) words.set('map', settings.map);
  if (settings.seed !== DEFAULT_SETTINGS.seed) words.set('seed', settings.seed);
  for (const [name, value] of Object.entries(settings.hardware)) words.set(name, String(value));
  return words.toString();
}

/** The place that an address names. Words that mean nothing are left out: a link from another release still opens. */
export function placeOf(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const view = words.get('view');
  const hardware = Object.fromEntries(
    [...words]
      .filter(
        ([name, value]) =>
          /^(chip|cycles|host|analog|array)\.\w+$/.test(name) &&
          Number.isFinite(Number(value)) &&
          value !== '',
      )
      .map(([name, value]) => [name, Number(value)]),
  );
  return {
    model: words.get('model') ?? '',
    file: words.get('file') ?? '',
    view: isView(view) ? view : START.view,
    layer: whole(words.get('layer'), START.layer),
    step: whole(words.get('step'), START.step),
    settings: {
      target: words.get('target') === 'c' ? 'c' : DEFAULT_SETTINGS.target,
      fuse: words.get('fuse') !== '0',
      l1Reuse: words.get('l1Reuse') !== '0',
      map: MAP_CHOICES.find((m) => m === words.get('map')) ?? DEFAULT_SETTINGS.map,
      reference: words.get('reference') !== '0',
      seed: (words.get('seed') ?? DEFAULT_SETTINGS.seed).slice(0, 80),
      hardware,
    },
  };
}
