import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { UserError } from '../../base/errors.js';
import { printable } from '../printable.js';

/** What to do with one field of a message; it must consume the field's value from the reader. */
export type FieldReader = (reader: BinaryReader, wire: WireType) => void;

/**
 * Walks the fields of one protobuf message: known numbers go to `fields`, others are skipped. Nested messages are walked by
 * the caller on the bytes of the field, so the depth is that of the schema and never that of the file.
 * Throws a UserError when the bytes are no such message.
 */
export function readMessage(bytes: Uint8Array, what: string, fields: Readonly<Record<number, FieldReader>>) {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      const known = fields[field];
      if (known === undefined) reader.skip(wire, field);
      else known(reader, wire);
      if (reader.pos > reader.len) throw new RangeError('a field ends beyond its message');
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${what} is no valid protobuf message: ${(error as Error).message}.`);
  }
}

const expect = (wire: WireType, want: WireType) => {
  if (wire !== want) throw new RangeError(`wire type ${wire} where ${want} is needed`);
};

/** A varint as a number. Throws when it is beyond 2^53: no size or constant that this project can hold. */
export function readInt(reader: BinaryReader, wire: WireType): number {
  expect(wire, WireType.Varint);
  return safe(reader);
}

function safe(reader: BinaryReader): number {
  const value = Number(reader.int64());
  if (!Number.isSafeInteger(value)) throw new RangeError(`the integer ${value} is beyond 2^53`);
  return value;
}

export function readBytes(reader: BinaryReader, wire: WireType): Uint8Array {
  expect(wire, WireType.LengthDelimited);
  return reader.bytes();
}

/** Text, its control characters escaped. */
export function readString(reader: BinaryReader, wire: WireType): string {
  expect(wire, WireType.LengthDelimited);
  return printable(reader.string());
}

export function readFloat(reader: BinaryReader, wire: WireType): number {
  expect(wire, WireType.Bit32);
  return reader.float();
}

/** Appends a repeated integer field, packed or not. */
export function readInts(into: number[]): FieldReader {
  return (reader, wire) => {
    if (wire === WireType.Varint) into.push(safe(reader));
    else {
      const packed = new BinaryReader(readBytes(reader, wire));
      while (packed.pos < packed.len) into.push(safe(packed));
      if (packed.pos > packed.len) throw new RangeError('a packed field ends inside a value');
    }
  };
}

/** Appends a repeated float or double field, packed or not. */
export function readFloats(into: number[], bits: 32 | 64): FieldReader {
  const single = bits === 32 ? WireType.Bit32 : WireType.Bit64;
  const next = (r: BinaryReader) => (bits === 32 ? r.float() : r.double());
  return (reader, wire) => {
    if (wire === single) into.push(next(reader));
    else {
      const packed = new BinaryReader(readBytes(reader, wire));
      while (packed.pos < packed.len) into.push(next(packed));
    }
  };
}
