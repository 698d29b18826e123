import { expect, it } from 'vitest';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';

/** The first listing of HTVM's notebook: the network as it was built. */
const BUILT = `def @main(%input: Tensor[(1, 3, 32, 32), int8], %weights: Tensor[(5, 3, 3, 3), int8], %bias: Tensor[(5), int32]) {
  %0 = qnn.conv2d(%input, %weights, 0, 0, 1f, 1f, padding=[1, 1, 1, 1], channels=5, kernel_size=[3, 3], out_dtype="int32");
  %1 = nn.bias_add(%0, %bias);
  %2 = right_shift(%1, 0);
  %3 = clip(%2, a_min=-128f, a_max=127f);
  %4 = cast(%3, dtype="int8");
  clip(%4, a_min=0f, a_max=127f)
}
`;

/** The second listing, the compiled network; the notebook cuts it inside %4, the rest is as TVM writes the same module. */
const COMPILED = `def @main(%input: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */) -> Tensor[(1, 5, 32, 32), int8] {
  %0 = reshape(%input, newshape=[768, 4]) /* ty=Tensor[(768, 4), int8] */;
  %1 = reverse(%0, axis=1) /* ty=Tensor[(768, 4), int8] */;
  %2 = reshape(%1, newshape=[1, 3, 32, 32]) /* ty=Tensor[(1, 3, 32, 32), int8] */;
  %3 = @tvmgen_default_soma_dory_main_0(%2) /* ty=Tensor[(1, 5, 32, 32), int8] */;
  %4 = reshape(%3, newshape=[1280, 4]) /* ty=Tensor[(1280, 4), int8] */;
  %5 = reverse(%4, axis=1) /* ty=Tensor[(1280, 4), int8] */;
  reshape(%5, newshape=[1, 5, 32, 32]) /* ty=Tensor[(1, 5, 32, 32), int8] */
}

def @tvmgen_default_soma_dory_main_0(%soma_dory_0_i0: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */, Inline=1, Compiler="soma_dory", global_symbol="tvmgen_default_soma_dory_main_0", Primitive=1) -> Tensor[(1, 5, 32, 32), int8] {
  %11 = fn (%FunctionVar_0_0: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */, PartitionedFromPattern="qnn.conv2d_nn.bias_add_right_shift_clip_cast_clip_", Composite="soma_dory.qconv2d") -> Tensor[(1, 5, 32, 32), int8] {
    %6 = qnn.conv2d(%FunctionVar_0_0, meta[relay.Constant][0] /* ty=Tensor[(5, 3, 3, 3), int8] */, 0 /* ty=int32 */, 0 /* ty=int32 */, 1f /* ty=float32 */, 1f /* ty=float32 */, padding=[1, 1, 1, 1], channels=5, kernel_size=[3, 3], out_dtype="int32") /* ty=Tensor[(1, 5, 32, 32), int32] */;
    %7 = nn.bias_add(%6, meta[relay.Constant][1] /* ty=Tensor[(5), int32] */) /* ty=Tensor[(1, 5, 32, 32), int32] */;
    %8 = right_shift(%7, 0 /* ty=int32 */) /* ty=Tensor[(1, 5, 32, 32), int32] */;
    %9 = clip(%8, a_min=-128f, a_max=127f) /* ty=Tensor[(1, 5, 32, 32), int32] */;
    %10 = cast(%9, dtype="int8") /* ty=Tensor[(1, 5, 32, 32), int8] */;
    clip(%10, a_min=0f, a_max=127f) /* ty=Tensor[(1, 5, 32, 32), int8] */
  } /* ty=fn (Tensor[(1, 3, 32, 32), int8]) -> Tensor[(1, 5, 32, 32), int8] */;
  %11(%soma_dory_0_i0) /* ty=Tensor[(1, 5, 32, 32), int8] */
}
`;

/** TVM numbers a value when its first user is written: the inner function before the add's number (from TVM's own tests). */
const BRANCHES = `def @main(%x: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */) -> Tensor[(1, 8), int8] {
  %0 = clip(%x, a_min=0f, a_max=1f) /* ty=Tensor[(1, 8), int8] */;
  %2 = fn (%y: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */, Composite="c") -> Tensor[(1, 8), int8] {
    %1 = clip(%y, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
    add(%1, %1) /* ty=Tensor[(1, 8), int8] */
  } /* ty=fn (Tensor[(1, 8), int8]) -> Tensor[(1, 8), int8] */;
  %3 = clip(%0, a_min=0f, a_max=3f) /* ty=Tensor[(1, 8), int8] */;
  %4 = %2(%x) /* ty=Tensor[(1, 8), int8] */;
  add(%3, %4) /* ty=Tensor[(1, 8), int8] */
}
`;

/** The inner function's text is made before those of the arguments, so its numbers are the lower ones. */
const ARGUMENTS = `def @main(%x: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */) -> Tensor[(1, 8), int8] {
  %1 = clip(%x, a_min=0f, a_max=1f) /* ty=Tensor[(1, 8), int8] */;
  %2 = clip(%1, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
  %3 = fn (%y: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */, Composite="c") -> Tensor[(1, 8), int8] {
    %0 = clip(%y, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
    add(%0, %0) /* ty=Tensor[(1, 8), int8] */
  } /* ty=fn (Tensor[(1, 8), int8]) -> Tensor[(1, 8), int8] */;
  %3(%2) /* ty=Tensor[(1, 8), int8] */
}
`;

it.each([
  ['the network as built', BUILT, false],
  ['the compiled network', COMPILED, true],
  ['two branches and an inner function', BRANCHES, true],
  ['an inner function of computed arguments', ARGUMENTS, true],
])('%s prints as it was read', (_, text, types) => {
  const main = parseRelay(text, { file: 'net.relay', standInConstants: true });
  expect(printModule(main, { types })).toBe(text);
});

it('keeps values in the metadata section, so that the compiled network reads back whole', () => {
  const main = parseRelay(COMPILED, { file: 'net.relay', standInConstants: true });
  const text = printModule(main, { types: true, metadata: true });
  expect(text.startsWith(`#[version = "0.0.5"]\n${COMPILED}\n#[metadata]\n`)).toBe(true);
  expect(printModule(parseRelay(text, { file: 'net.relay' }), { types: true, metadata: true })).toBe(text);
});
