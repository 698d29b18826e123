import { unzipSync } from 'fflate';
import { UserError } from './errors.js';
import { decodeNpy } from './npy.js';
import type { Tensor } from './tensor.js';

/** Unpacked, an archive may take this many times its own size, and `SLACK_BYTES` more. */
const LARGEST_RATIO = 64;
const SLACK_BYTES = 1 << 20;
/** A member's entry in the archive's directory takes at least this many bytes. */
const SMALLEST_ENTRY_BYTES = 46;

/**
 * The tensors of a .npz archive (numpy's `savez` and `savez_compressed`) by name, in the archive's order.
 * Throws a UserError that begins with `where`.
 *
 * @example
 * const weights = decodeNpz(bytes, 'weights.npz').get('conv1.weights');
 */
export function decodeNpz(bytes: Uint8Array, where: string): Map<string, Tensor> {
  const members = unpack(bytes, where);
  return new Map(
    Object.entries(members).map(([name, content]) => [
      name.replace(/\.npy$/, ''),
      decodeNpy(content, `${where}: ${name}`),
    ]),
  );
}

function unpack(bytes: Uint8Array, where: string): Record<string, Uint8Array> {
  const largest = bytes.length * LARGEST_RATIO + SLACK_BYTES;
  let unpacked = 0;
  let entries = 0;
  try {
    return unzipSync(bytes, {
      // Called for each member before it is unpacked: sizes and counts are checked before they are believed.
      filter: ({ originalSize }) => {
        unpacked += originalSize;
        if (++entries * SMALLEST_ENTRY_BYTES > bytes.length) throw new UserError(`${where} is damaged.`);
        if (unpacked > largest)
          throw new UserError(
            `${where} unpacks to over ${largest} bytes, ${LARGEST_RATIO} times its size; save it uncompressed.`,
          );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where} is no readable .npz archive: ${why}.`);
  }
}
