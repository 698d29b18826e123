import type { Tensor } from '../base/tensor.js';

/** `v` as C's "%.{digits}g" writes it: "1", "-128", "0.5", "1e-05", "1.5e+20". */
function general(v: number, digits: number): string {
  const [mantissa, exponent] = v.toExponential(digits - 1).split('e') as [string, string];
  const power = Number(exponent);
  const trim = (s: string) => (s.includes('.') ? s.replace(/\.?0+$/, '') : s);
  if (power >= -4 && power < digits) return trim(v.toFixed(digits - 1 - power));
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${trim(mantissa)}e${power < 0 ? '-' : '+'}${size}`;
}

/**
 * A floating-point number in Relay's text: "1f", "-128f", "0.00392157f", "1e-05f". TVM writes six digits; more are written
 * where six would not read back as the same number.
 */
export function showFloat(v: number): string {
  if (Number.isNaN(v)) return 'nanf';
  if (!Number.isFinite(v)) return v > 0 ? 'inff' : '-inff';
  if (v === 0) return Object.is(v, -0) ? '-0f' : '0f';
  const single = Math.fround(v) === v;
  for (let digits = 6; digits < 17; digits++) {
    const text = general(v, digits);
    if (Number(text) === v || (single && Math.fround(Number(text)) === v)) return `${text}f`;
  }
  return `${general(v, 17)}f`;
}

/** A scalar constant as Relay's text has it: 0, 1f, 3i8, True. */
export function showScalar(value: Tensor): string {
  const v = value.data[0]!;
  switch (value.dtype) {
    case 'int32':
      return String(v);
    case 'float32':
      return showFloat(v);
    case 'bool':
      return v === 0 ? 'False' : 'True';
    default:
      return `${v}${value.dtype.replace('uint', 'u').replace('int', 'i')}`;
  }
}
