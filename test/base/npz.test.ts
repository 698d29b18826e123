import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { encodeNpy } from '../../src/base/npy.js';
import { decodeNpz } from '../../src/base/npz.js';
import { tensor } from '../../src/base/tensor.js';

// numpy 2.4: np.savez and np.savez_compressed of conv1.weights = int8 [0, 1, 2] and bias = int32 [[1, -2]].
const STORED =
  'UEsDBC0AAAAAAAAAIQCsmP8z//////////8RABQAY29udjEud2VpZ2h0cy5ucHkBABAAgwAAAAAAAACDAAAAAAAAAJNOVU1QWQEA' +
  'dgB7J2Rlc2NyJzogJ3xpMScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAg' +
  'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECUEsDBC0AAAAAAAAAIQAt+krs//////////8I' +
  'ABQAYmlhcy5ucHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpNCcsICdmb3J0cmFuX29yZGVyJzog' +
  'RmFsc2UsICdzaGFwZSc6ICgxLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
  'ICAgICAgICAKAQAAAP7///9QSwECLQMtAAAAAAAAACEArJj/M4MAAACDAAAAEQAAAAAAAAAAAAAAgAEAAAAAY29udjEud2VpZ2h0' +
  'cy5ucHlQSwECLQMtAAAAAAAAACEALfpK7IgAAACIAAAACAAAAAAAAAAAAAAAgAHGAAAAYmlhcy5ucHlQSwUGAAAAAAIAAgB1AAAA' +
  'iAEAAAAA';
const COMPRESSED =
  'UEsDBC0AAAAIAAAAIQCsmP8z//////////8RABQAY29udjEud2VpZ2h0cy5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnI' +
  'UMZQrZ6SWpxcpG6loF6Taaiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GRiYAUEsDBC0AAAAIAAAA' +
  'IQAt+krs//////////8IABQAYmlhcy5ucHkBABAAiAAAAAAAAABPAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaKuo6Ce' +
  'll9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoY6CkaaOgq1CmQDLkYGBoZ/////BwBQSwECLQMtAAAACAAAACEArJj/M0cAAACD' +
  'AAAAEQAAAAAAAAAAAAAAgAEAAAAAY29udjEud2VpZ2h0cy5ucHlQSwECLQMtAAAACAAAACEALfpK7E8AAACIAAAACAAAAAAAAAAA' +
  'AAAAgAGKAAAAYmlhcy5ucHlQSwUGAAAAAAIAAgB1AAAAEwEAAAAA';
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

describe('decodeNpz', () => {
  it.each([
    ['savez', STORED],
    ['savez_compressed', COMPRESSED],
  ])('reads what %s writes', (_, base64) =>
    expect([...decodeNpz(bytesOf(base64), 'p.npz')]).toEqual([
      ['conv1.weights', tensor([3], 'int8', [0, 1, 2])],
      ['bias', tensor([1, 2], 'int32', [1, -2])],
    ]),
  );

  it('names the member that is wrong', () =>
    expect(() => decodeNpz(zipSync({ 'a.npy': Uint8Array.of(1, 2, 3) }), 'p.npz')).toThrow(
      'p.npz: a.npy is no .npy file.',
    ));
  it('refuses what is no archive', () =>
    expect(() => decodeNpz(new Uint8Array(100), 'p.npz')).toThrow('p.npz is no readable .npz archive: '));
  it('refuses an archive that swells beyond its limit', () => {
    const zeros = encodeNpy(tensor([4_000_000], 'int8'));
    expect(() => decodeNpz(zipSync({ 'z.npy': zeros }), 'p.npz')).toThrow(
      /^p\.npz unpacks to over \d+ bytes, 64 times its size; save it uncompressed\.$/,
    );
  });
  it('refuses every archive cut short', () => {
    const whole = bytesOf(COMPRESSED);
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeNpz(whole.subarray(0, length), 'p.npz')).toThrow(UserError);
  });
  it('survives any changed byte', () => {
    for (let at = 0; at < bytesOf(COMPRESSED).length; at++)
      for (const value of [0, 0x7f, 0xff]) {
        const bytes = bytesOf(COMPRESSED);
        bytes[at] = value;
        try {
          decodeNpz(bytes, 'p.npz');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }
  });
});
