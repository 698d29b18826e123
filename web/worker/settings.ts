import type { MapChoice, Target } from './library.js';

/** What a run depends on beside the network. All of it stands in the page's address. */
export interface Settings {
  readonly target: Target;
  readonly fuse: boolean;
  readonly l1Reuse: boolean;
  /** Which core takes each layer; 'written' leaves them as the network has them. */
  readonly map: MapChoice | 'written';
  /** Compare with the reference on tfjs; otherwise only simulate. */
  readonly reference: boolean;
  /** Names the built-in inputs. */
  readonly seed: string;
  /** Parameters that differ from the default set, by "group.name": "chip.l1Bytes". */
  readonly hardware: Readonly<Record<string, number>>;
}

export const DEFAULT_SETTINGS: Settings = {
  target: 'soma_dory, c',
  fuse: true,
  l1Reuse: true,
  map: 'written',
  reference: true,
  seed: '0',
  hardware: {},
};
