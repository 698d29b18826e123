import { expect, it } from 'vitest';
import { renderCsv } from '../../reports/csv.js';
import { documentOf, resnet8Run, verifiedResnet8 } from './fixture.js';

const parse = (csv: string): Record<string, string>[] => {
  const [head = '', ...rows] = csv.trimEnd().split('\r\n');
  const split = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
      (m) => m[1]?.replaceAll('""', '"') ?? m[2] ?? '',
    );
  const names = split(head);
  return rows.map((row) => Object.fromEntries(split(row).map((value, i) => [names[i], value])));
};

it('has a row a layer with the figures in full', () => {
  const rows = parse(renderCsv(verifiedResnet8()));
  expect(rows).toHaveLength(16);
  const conv = rows[10];
  expect(conv).toMatchObject({
    model: 'resnet8',
    target: 'soma_dory, c',
    parameter_set: 'diana-default',
    layer: 'stack3_conv2',
    operators: 'qnn.conv2d nn.bias_add right_shift clip cast',
    where: 'digital',
    output: '1x64x8x8',
    useful_macs: '2359296', // 64*64*9*8*8
    estimated_cycles: '35530',
    estimated_ms: '0.136654', // 35530 / 260 MHz
    macs_per_cycle: '66.4029',
    percent_of_peak: '25.9386', // of 256
    cycles_compute: '31456', // 4 blocks x 8 rows x (64*3*5 + 23)
    cycles_tile_loop: '500',
    bytes_weights: '37120', // 64*9*64 + 4*64
    compared_elements: '4096',
    differing_elements: '0',
  });
});

it('leaves the verdict empty where nothing was compared', () =>
  expect(parse(renderCsv(documentOf([resnet8Run()])))[0]).toMatchObject({
    compared_elements: '',
    zero_elements: '',
  }));

it.each([
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', '"two\nlines"'],
  ['=SUM(A1)', "'=SUM(A1)"], // a spreadsheet must not run a model's name
])('quotes a model called %j', (model, field) => {
  const csv = renderCsv(documentOf([{ ...resnet8Run(), model }]));
  expect(csv.split('\r\n')[1]?.startsWith(`${field},"soma_dory, c",`)).toBe(true);
});
