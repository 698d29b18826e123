/** "1,234,567": whole counts, the same on every machine and locale. */
export const count = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const SUFFIXES = ['', 'k', 'M', 'G', 'T'] as const;

/** "884k", "1.18M": a count in at most five characters, for narrow columns; counts below 10,000 stay whole. */
export function compact(n: number): string {
  if (Math.abs(n) < 10_000) return String(Math.round(n));
  let value = n;
  let step = 0;
  // 999.5 would print as "1000": the next suffix starts there.
  while (Math.abs(value) >= 999.5 && step < SUFFIXES.length - 1) {
    value /= 1000;
    step++;
  }
  const size = Math.abs(value);
  return `${value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)}${SUFFIXES[step]}`;
}

/** A ratio with few digits: "0.07", "4.2", "145.2"; "0" for nothing. */
export const decimal = (n: number): string =>
  n === 0 ? '0' : Math.abs(n) < 0.995 ? n.toFixed(2) : n.toFixed(1);

/** `part` of `whole` in percent; 0 of nothing is 0. */
export const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);

/** "61.2 %"; what is there but rounds to nothing shows as "<0.1 %". */
export function percent(part: number, whole: number): string {
  const value = percentOf(part, whole);
  return value > 0 && value < 0.05 ? '<0.1 %' : `${value.toFixed(1)} %`;
}

/** Milliseconds of `cycles` at `clockHz`. */
export const milliseconds = (cycles: number, clockHz: number): number => (1000 * cycles) / clockHz;

/** "0.406": milliseconds to the microsecond. */
export const ms = (cycles: number, clockHz: number): string => milliseconds(cycles, clockHz).toFixed(3);

/** "260 MHz". */
export const megahertz = (hz: number): string => `${Number((hz / 1e6).toFixed(3))} MHz`;

/** "64 KiB", "98.5 KiB", "812 bytes". */
export const kibibytes = (bytes: number): string =>
  bytes < 1024 ? `${count(bytes)} bytes` : `${Number((bytes / 1024).toFixed(1))} KiB`;

/** "1 tile", "3 tiles". */
export const plural = (n: number, noun: string, nouns = `${noun}s`): string =>
  `${count(n)} ${n === 1 ? noun : nouns}`;
