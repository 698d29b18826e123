import { MAP_CHOICES } from '../../src/results/mapping.js';
import { FAIL_ON } from '../regression/comparison.js';
import { METRICS } from '../regression/threshold.js';
import { closed, described, each, listOf, object, oneOf, type Schema, text, truth } from './build.js';

const model: Schema = {
  anyOf: [
    described(text, "a built-in model's or suite's name, or a file"),
    object({
      model: text,
      'params?': described(text, 'values of a Relay text: .params, .npz or a folder of .npy'),
      'dimensions?': described(listOf(text), 'NAME=N: symbolic dimensions of an ONNX file'),
      'input-range?': described(text, 'int8, uint8 or LOW,HIGH: what inputs of an integer ONNX network hold'),
    }),
  ],
};
const bytes: Schema = { type: 'integer', minimum: 1 };
/** "0", "+2%", "+1000": as `--max-cycles` takes it. */
const threshold = text;

/** The schema of `diana.config.json`, what a team repeats on every command line. Paths are relative to the file's folder. */
export const CONFIG_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana.config.json of diana-sim',
  description: 'Defaults of options and models; the command line wins. Paths are relative to this file.',
  ...(closed(
    object({
      '$schema?': text,
      'models?': described(listOf(model), 'what verify and baseline take where they are given no model'),
      'seed?': text,
      'target?': text,
      'fuse?': truth,
      'l1-reuse?': truth,
      'analog?': truth,
      'pixels?': truth,
      'map?': described(
        oneOf(MAP_CHOICES),
        'which core takes each layer: digital, analog, fastest or greenest',
      ),
      'cost-model?': described(text, 'whose cycle model of the core: match, odimo, zigzag or dory'),
      'hw?': described(text, 'file of chip and cycle parameters'),
      'l1?': bytes,
      'wmem?': bytes,
      'l2?': bytes,
      'baselines?': described(text, 'folder that baseline writes and compare reads'),
      'thresholds?': described(
        object(
          each(
            [...METRICS, 'layer-cycles'].map((m) => `${m}?`),
            threshold,
          ),
        ),
        'increases that compare allows',
      ),
      'fail-on?': oneOf(FAIL_ON),
    }),
  ) as Record<string, unknown>),
};
