import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Field numbers of ModelProto.graph, GraphProto.initializer and TensorProto.name. */
const GRAPH = 7;
const INITIALIZER = 5;
const NAME = 8;

/** A TensorProto under another name: of a field that stands twice, the last one counts. */
const named = (tensor: Uint8Array, name: string): Uint8Array =>
  new BinaryWriter().raw(tensor).tag(NAME, WireType.LengthDelimited).string(name).finish();

/** A ModelProto with more initializers (TensorProto as bytes, by name): inputs of these names become constants. */
export function withInitializers(model: Uint8Array, tensors: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const reader = new BinaryReader(model);
  const out = new BinaryWriter();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wire] = reader.tag();
    if (field !== GRAPH || wire !== WireType.LengthDelimited) {
      reader.skip(wire, field);
      out.raw(model.subarray(start, reader.pos));
      continue;
    }
    const graph = new BinaryWriter().raw(reader.bytes());
    for (const [name, t] of tensors) graph.tag(INITIALIZER, WireType.LengthDelimited).bytes(named(t, name));
    out.tag(GRAPH, WireType.LengthDelimited).bytes(graph.finish());
  }
  return out.finish();
}
