/** A text with what the parser knows: types, functions, inner functions, tuples, constants, attributes, comments. */
export const EVERYTHING = `#[version = "0.0.5"]
def @main(%input: Tensor[(1, 3, 8, 8), int8] /* ty=Tensor[(1, 3, 8, 8), int8] */, %conv1.weights: Tensor[(4, 3, 3, 3), int8], %conv1.bias: Tensor[(4), int32], output_tensor_names=["out"]) -> Tensor[(1, 4, 8, 8), int8] {
  // the first layer
  %0 = qnn.conv2d(%input, %conv1.weights, 0, 0, 1f, 1f, padding=[1, 1, 1, 1], channels=4, kernel_size=[3, 3], out_dtype="int32") /* ty=Tensor[(1, 4, 8, 8), int32] span=conv:0:0 */;
  let %biased = nn.bias_add(%0, %conv1.bias);
  %1 = (%biased, meta[relay.Constant][0] /* ty=Tensor[(2), float32] */, -1.5f, 0i64, True);
  %2 = cast(clip(right_shift(%1.0, 4), a_min=-128f, a_max=127f), dtype="int8");
  %4 = fn (%y: Tensor[(1, 4, 8, 8), int8], PartitionedFromPattern="clip_", Composite="c") -> Tensor[(1, 4, 8, 8), int8] {
    clip(%y, a_min=0f, a_max=1e+02f)
  };
  %5 = %4(%2);
  @layer(%5)
}

def @layer(%x: Tensor[(1, 4, 8, 8), int8], Inline=1, Compiler="soma_dory", global_symbol="layer", Primitive=1) -> Tensor[(1, 4, 8, 8), int8] {
  %6 = nn.max_pool2d(%x, pool_size=[2, 2], strides=[1, 1], padding=[0, 0, 1, 1], ceil_mode=False);
  add(%6, %6)
}

#[metadata]
{
  "root": 1, "nodes": [{"type_key": ""}, {"type_key": "Map", "keys": ["relay.Constant"], "data": [2]}, {"type_key": "Array", "data": [3]},
    {"type_key": "relay.Constant", "attrs": {"_checked_type_": "0", "data": "0", "span": "0"}}],
  "b64ndarrays": ["P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAQAAAAIgAQACAAAAAAAAAAgAAAAAAAAAAACAPwAAAEA="],
  "attrs": {"tvm_version": "0.8.0"}
}
`;

/** The first listing of HTVM's notebook: the network as it was built. */
export const BUILT = `def @main(%input: Tensor[(1, 3, 32, 32), int8], %weights: Tensor[(5, 3, 3, 3), int8], %bias: Tensor[(5), int32]) {
  %0 = qnn.conv2d(%input, %weights, 0, 0, 1f, 1f, padding=[1, 1, 1, 1], channels=5, kernel_size=[3, 3], out_dtype="int32");
  %1 = nn.bias_add(%0, %bias);
  %2 = right_shift(%1, 0);
  %3 = clip(%2, a_min=-128f, a_max=127f);
  %4 = cast(%3, dtype="int8");
  clip(%4, a_min=0f, a_max=127f)
}
`;

/** The second listing, the compiled network; the notebook cuts it inside %4, the rest is as TVM writes the same module. */
export const COMPILED = `def @main(%input: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */) -> Tensor[(1, 5, 32, 32), int8] {
  %0 = reshape(%input, newshape=[768, 4]) /* ty=Tensor[(768, 4), int8] */;
  %1 = reverse(%0, axis=1) /* ty=Tensor[(768, 4), int8] */;
  %2 = reshape(%1, newshape=[1, 3, 32, 32]) /* ty=Tensor[(1, 3, 32, 32), int8] */;
  %3 = @tvmgen_default_soma_dory_main_0(%2) /* ty=Tensor[(1, 5, 32, 32), int8] */;
  %4 = reshape(%3, newshape=[1280, 4]) /* ty=Tensor[(1280, 4), int8] */;
  %5 = reverse(%4, axis=1) /* ty=Tensor[(1280, 4), int8] */;
  reshape(%5, newshape=[1, 5, 32, 32]) /* ty=Tensor[(1, 5, 32, 32), int8] */
}

def @tvmgen_default_soma_dory_main_0(%soma_dory_0_i0: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */, Inline=1, Compiler="soma_dory", global_symbol="tvmgen_default_soma_dory_main_0", Primitive=1) -> Tensor[(1, 5, 32, 32), int8] {
  %11 = fn (%FunctionVar_0_0: Tensor[(1, 3, 32, 32), int8] /* ty=Tensor[(1, 3, 32, 32), int8] */, PartitionedFromPattern="qnn.conv2d_nn.bias_add_right_shift_clip_cast_clip_", Composite="soma_dory.conv2d") -> Tensor[(1, 5, 32, 32), int8] {
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
