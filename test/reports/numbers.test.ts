import { expect, it } from 'vitest';
import { compact, count, decimal, kibibytes, megahertz, ms, percent, plural } from '../../reports/numbers.js';

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
  [-1234, '-1,234'],
])('count %i', (n, text) => expect(count(n)).toBe(text));

it.each([
  [0, '0'],
  [9999, '9999'],
  [10_000, '10.0k'],
  [442_368, '442k'],
  [999_499, '999k'],
  [999_500, '1.00M'], // never "1000k"
  [2_359_296, '2.36M'],
  [12_500_000, '12.5M'],
  [7_490_000_000, '7.49G'],
])('compact %i', (n, text) => expect(compact(n)).toBe(text));

it.each([
  [0, '0'],
  [0.0714, '0.07'],
  [0.994, '0.99'],
  [0.996, '1.0'],
  [145.23, '145.2'],
])('decimal %d', (n, text) => expect(decimal(n)).toBe(text));

it.each([
  [1, 3, '33.3 %'],
  [1, 10_000, '<0.1 %'], // a share that exists must not read as none
  [0, 10, '0.0 %'],
  [5, 0, '0.0 %'],
])('percent %i of %i', (part, whole, text) => expect(percent(part, whole)).toBe(text));

it('units', () => {
  expect(ms(260_000, 260_000_000)).toBe('1.000');
  expect(megahertz(260_000_000)).toBe('260 MHz');
  expect(kibibytes(1536)).toBe('1.5 KiB');
  expect(kibibytes(812)).toBe('812 bytes');
  expect(plural(1, 'run')).toBe('1 run');
  expect(plural(1200, 'run')).toBe('1,200 runs');
});
