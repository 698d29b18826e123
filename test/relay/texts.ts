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
