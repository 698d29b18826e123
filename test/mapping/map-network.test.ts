import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../reports/html/page.js';
import { renderJson } from '../../reports/json.js';
import { drawMapping } from '../../reports/mapping-picture.js';
import { renderMarkdown } from '../../reports/markdown.js';
import { readResult } from '../../reports/read.js';
import { renderTable } from '../../reports/table.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { compile } from '../../src/library/compile.js';
import { estimate } from '../../src/library/estimate.js';
import { mapNetwork } from '../../src/library/map-network.js';
import { allEqual } from '../../src/library/result-document.js';
import { verify } from '../../src/library/verify.js';
import { buildModel } from '../../src/models/registry.js';
import { costOn, type MapChoice, type Mapping } from '../../src/results/mapping.js';
import { FULL } from '../full.js';

const cyclesOf = (name: string, map?: MapChoice): number =>
  estimate(compile(buildModel(name), map === undefined ? {} : { map })).totals.totalCycles;
const onAnalog = ({ layers }: Mapping): string[] =>
  layers.filter((l) => l.core === 'analog').map((l) => l.layer);

describe('mapNetwork', () => {
  it.each([
    ['dae-mixed', 'digital', []],
    ['resnet8-mixed', 'analog', ['conv2', 'conv3', 'conv6', 'conv4', 'conv5', 'conv7', 'conv8']],
    // int8 weights cannot go to the analog core.
    ['resnet8', 'fastest', []],
  ] as const)('%s --map %s: on the analog core %j', (name, map, analog) => {
    const mapped = mapNetwork(buildModel(name), map);
    expect(onAnalog(mapped.mapping)).toEqual(analog);
    const inProgram = compile(mapped).manifest.layers.filter((l) => l.target === 'analog');
    expect(inProgram.map((l) => l.layer)).toEqual(analog);
  });

  it.each(FULL ? ['resnet8-mixed', 'dae-ternary', 'ds-cnn-mixed', 'resnet8-ternary'] : ['dae-ternary'])(
    '%s: fastest and greenest are no worse than as written, all digital, all analog; their sums add up',
    (name) => {
      for (const map of ['fastest', 'greenest'] as const) {
        const { mapping } = mapNetwork(buildModel(name), map);
        const of = (c: { readonly cycles: number; readonly microjoules: number }) =>
          map === 'fastest' ? c.cycles : c.microjoules;
        const [written, digital, analog] = [mapping.asWritten!, mapping.allDigital!, mapping.allAnalog!];
        expect(of(mapping.total)).toBeLessThanOrEqual(Math.min(of(written), of(digital), of(analog)));
        const parts = [
          costOn(mapping, 'digital'),
          costOn(mapping, 'analog'),
          mapping.transforms,
          mapping.rest,
        ];
        expect(parts.reduce((n, p) => n + p.cycles, 0)).toBe(mapping.total.cycles);
        expect(parts.reduce((n, p) => n + p.microjoules, 0)).toBeCloseTo(mapping.total.microjoules, 9);
        if (map === 'fastest') expect(cyclesOf(name, 'fastest')).toBe(mapping.total.cycles);
        expect(written.cycles).toBe(cyclesOf(name));
      }
    },
  );

  it('with few layers to move, no mapping is better than what it finds', () => {
    // ds-cnn-mixed has four ternary layers: all 16 mappings are counted.
    const { mapping } = mapNetwork(buildModel('ds-cnn-mixed'), 'fastest');
    expect(mapping.search).toBe('the best of all 16 mappings, each compiled and counted');
  });

  it('moves layers where transforms cost nothing, and none where they cost much', () => {
    const hardware = (transform: number, place: number) => ({
      ...DEFAULT_PARAMETERS,
      host: { ...DEFAULT_PARAMETERS.host, transform, place },
    });
    const of = (h: ReturnType<typeof hardware>) =>
      onAnalog(mapNetwork(buildModel('resnet8-mixed'), 'fastest', { hardware: h }).mapping);
    expect(of(hardware(0, 0))).toEqual(['conv2', 'conv3', 'conv4', 'conv5', 'conv7', 'conv8']);
    expect(of(hardware(200, 700))).toEqual([]);
  });

  it.skipIf(!FULL)('finds a mapping that fits where the network as written does not', () => {
    const { mapping } = mapNetwork(buildModel('mobilenet-v1-mixed'), 'fastest');
    expect(mapping.asWritten).toBeUndefined();
    expect(mapping.allDigital).toBeDefined();
  });

  it.each([
    [{ target: 'c' }, '--map fastest needs the cores; leave --target c out.'],
    [{ analog: false }, '--map fastest needs the analog core; leave --no-analog out.'],
  ] as const)('%j: refused', (options, message) =>
    expect(() => mapNetwork(buildModel('resnet8-mixed'), 'fastest', options)).toThrow(message),
  );
});

describe('reports of a mapped network', () => {
  it('table, Markdown, HTML with a picture, and JSON say where the layers are', async () => {
    const document = await verify(buildModel('dae-mixed'), { map: 'greenest' });
    expect(allEqual(document)).toBe(true);
    const { mapping } = document.models[0]!;
    for (const text of [renderTable(document), renderMarkdown(document), renderHtml(document)]) {
      expect(text).toContain('Mapping: greenest');
      expect(text.replaceAll(/\s+/g, ' ')).toContain('yours to judge, on labelled data');
      expect(text).toContain('all digital that can be');
    }
    const svg = drawMapping('dae-mixed', mapping!);
    expect(renderHtml(document)).toContain(svg);
    // A bar for each layer on each core that it can be on: two int8 layers have one; and the transforms'.
    expect(svg.match(/<rect /g)!.length).toBe(2 * 8 + 2 + 1);
    expect(readResult(renderJson(document), 'x.json')).toEqual(document);
  });
});
