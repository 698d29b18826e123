import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderJson } from '../../reports/json.js';
import { readResult } from '../../reports/read.js';
import { closed } from '../../reports/schema/build.js';
import { PUBLISHED } from '../../reports/schema/published.js';
import { RESULT_SCHEMA } from '../../reports/schema/result.js';
import { UserError } from '../../src/base/errors.js';
import { differingVerdict, documentOf, resnet8Run, verifiedResnet8 } from './fixture.js';

const text = renderJson(verifiedResnet8());
const changed = (change: (doc: Record<string, unknown>) => void): string => {
  const doc = JSON.parse(text);
  change(doc);
  return JSON.stringify(doc);
};

describe('published schemas', () => {
  it.each(Object.entries(PUBLISHED))(
    '%s in reports/schema is the one in use (npm run schemas)',
    (file, schema) => {
      const published = readFileSync(new URL(`../../reports/schema/${file}`, import.meta.url), 'utf8');
      expect(JSON.parse(published)).toEqual(schema);
    },
  );

  it('knows every property that a report has', () => {
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(closed(RESULT_SCHEMA));
    const doc = documentOf([resnet8Run()], (run) => [differingVerdict(run)]);
    expect(validate(JSON.parse(renderJson(doc))), JSON.stringify(validate.errors)).toBe(true);
    const strange = JSON.parse(changed((d) => Object.assign(d, { surprise: 1 })));
    expect(validate(strange)).toBe(false);
  });
});

describe('readResult', () => {
  it('gives back what renderJson wrote', () => {
    const doc = documentOf([resnet8Run()], (run) => [differingVerdict(run)]);
    expect(readResult(renderJson(doc), 'x.json')).toEqual(doc);
  });

  it('accepts properties that a later release may add', () =>
    expect(() =>
      readResult(
        changed((d) => Object.assign(d, { later: 1 })),
        'x.json',
      ),
    ).not.toThrow());

  it('accepts a difference from NaN, which JSON writes as null', () => {
    const doc = documentOf([resnet8Run()], (run) => [differingVerdict(run)]);
    const json = renderJson(doc).replace('"actual": 9', '"actual": null');
    expect(json).toContain('"actual": null');
    expect(() => readResult(json, 'x.json')).not.toThrow();
  });

  it.each([
    ['', 'x.json is empty; expected JSON.'],
    [text.slice(0, 4000), 'x.json is not valid JSON: it ends in the middle (truncated?).'],
    ['{"a": nope}', 'x.json is not valid JSON: '],
    ['[]', 'x.json: format is missing; expected "diana-sim-result".'],
    ['{"format":"diana-sim-program"}', 'x.json: format is "diana-sim-program"; expected "diana-sim-result".'],
    [
      changed((d) => Object.assign(d, { version: 2 })),
      'x.json: version is 2 of diana-sim-result; this diana-sim reads up to 1. Update diana-sim.',
    ],
    [changed((d) => Object.assign(d, { version: 0 })), 'version must be equal to constant (1)'],
    [
      changed((d) => Object.assign(d, { models: {} })),
      'x.json: not a valid diana-sim-result written by diana-sim 0.2.0: models must be array.',
    ],
    [
      changed((d) => Object.assign(d, { command: 'guess' })),
      'command must be equal to one of the allowed values (verify',
    ],
    [
      text.replace('"tiles": 2', '"tiles": "2"'),
      'x.json: not a valid diana-sim-result written by diana-sim 0.2.0: models/0/run/layers/1/tiles must be integer.',
    ],
    [
      text.replace('"target": "host"', '"target": "gpu"'),
      'models/0/run/layers/0/target must be equal to one of',
    ],
  ])('refuses %.40j in one line', (bad, message) => {
    const read = (): unknown => readResult(bad, 'x.json');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
