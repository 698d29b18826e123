import type { Reason } from '../../src/results/run.js';

/** Okabe and Ito's colours, which people with any common colour blindness tell apart. */
export const OKABE_ITO = {
  black: '#000000',
  orange: '#e69f00',
  skyBlue: '#56b4e9',
  green: '#009e73',
  yellow: '#f0e442',
  blue: '#0072b2',
  vermilion: '#d55e00',
  purple: '#cc79a7',
} as const;

/** Grey for what is neither the core's work nor its data: the host's kernels. */
export const GREY = '#8c8c8c';
export const INK = '#1f1f1f';
export const FAINT = '#d9d9d9';

/** Neighbours in a bar differ in lightness, too, so that a grey print still shows them. */
export const REASON_COLOUR: Readonly<Record<Reason, string>> = {
  compute: OKABE_ITO.blue,
  weights: OKABE_ITO.orange,
  copyIn: OKABE_ITO.skyBlue,
  copyOut: OKABE_ITO.green,
  instructions: OKABE_ITO.purple,
  launch: OKABE_ITO.yellow,
  tileLoop: OKABE_ITO.vermilion,
  host: GREY,
};

/** The run's own bars where cost models stand side by side, and those of each public model in the order of COST_MODEL_NAMES. */
export const OWN_COLOUR = OKABE_ITO.black;
export const MODEL_COLOUR: readonly string[] = [
  OKABE_ITO.blue,
  OKABE_ITO.orange,
  OKABE_ITO.skyBlue,
  OKABE_ITO.green,
];
