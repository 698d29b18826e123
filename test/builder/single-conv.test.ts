import { expect, it } from 'vitest';
import { buildModel } from '../../src/models/registry.js';
import { printModule } from '../../src/relay/print.js';

// The notebook's first listing, letter by letter.
const LISTING = `def @main(%input: Tensor[(1, 3, 32, 32), int8], %weights: Tensor[(5, 3, 3, 3), int8], %bias: Tensor[(5), int32]) {
  %0 = qnn.conv2d(%input, %weights, 0, 0, 1f, 1f, padding=[1, 1, 1, 1], channels=5, kernel_size=[3, 3], out_dtype="int32");
  %1 = nn.bias_add(%0, %bias);
  %2 = right_shift(%1, 0);
  %3 = clip(%2, a_min=-128f, a_max=127f);
  %4 = cast(%3, dtype="int8");
  clip(%4, a_min=0f, a_max=127f)
}
`;

it('single-conv prints as in the notebook', () =>
  expect(printModule(buildModel('single-conv').main, { types: false })).toBe(LISTING));

it('a residual sum in int8 is a plain add, after both convs', () => {
  const text = printModule(buildModel('residual').main, { types: false });
  expect(text.trimEnd().split('\n').at(-2)).toBe('  add(%input, %10)');
});

it('two-convs-stride12 strides its second conv by 1 and 2', () =>
  expect(printModule(buildModel('two-convs-stride12').main, { types: false })).toContain(
    '  %6 = qnn.conv2d(%5, %conv2.weights, 0, 0, 1f, 1f, strides=[1, 2], padding=[1, 1, 1, 1], channels=8, ' +
      'kernel_size=[3, 3], out_dtype="int32");',
  ));
