import { BANKS, CHANNEL_BLOCK, linesOfPixel } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_INFERENCES } from '../../../sim/isa/analog/inferred.js';
import { analogLayout } from '../../../sim/isa/analog/layout.js';
import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import type { Buffer } from '../../program/types.js';
import type { CWriter } from '../c/writer.js';

const BLOCK_BYTES = BANKS * LINE_BYTES;

/** Whether a transform needs host_pixels.h. */
export const usesPixels = (from: Buffer, to: Buffer): boolean =>
  from.layout === 'analog' || to.layout === 'analog';

/** One run of channels that lie together: its first channel, how many, and where its pixel `p` begins, as C. */
interface Block {
  readonly first: number;
  readonly channels: number;
  readonly padded: number;
  readonly pixel: (p: string) => string;
}

/** A pixel's blocks of 64 channels, which lie together or apart. */
function blocksOf({ shape }: Buffer, together: boolean): Block[] {
  const { channels, pixels } = analogLayout(shape);
  const blocks = linesOfPixel(channels);
  if (together)
    return [
      {
        first: 0,
        channels,
        padded: blocks * CHANNEL_BLOCK,
        pixel: (p) => (p === '0' ? '' : ` + ${p} * ${blocks * BLOCK_BYTES}`),
      },
    ];
  return Array.from({ length: blocks }, (_, i) => ({
    first: i * CHANNEL_BLOCK,
    channels: Math.min(CHANNEL_BLOCK, channels - i * CHANNEL_BLOCK),
    padded: CHANNEL_BLOCK,
    pixel: (p) => ` + (${i * pixels} + ${p}) * ${BLOCK_BYTES}`,
  }));
}

/** Loops over the pixels of planes: `body` gets the pixel's number and its byte in a plane, as C. */
function overPixels(
  w: CWriter,
  { layout, shape }: Buffer,
  body: (pixel: string, place: string) => void,
): void {
  const { rows, columns, pitch } = coreLayout(shape);
  const pixels = rows * columns;
  const reversed = (at: string): string => (layout === 'dense' ? at : `(${at} ^ 3)`);
  if (pixels === 1) body('0', layout === 'dense' ? '0' : '3');
  else if (layout === 'dense' || pitch === columns) w.loop('p', pixels, () => body('p', reversed('p')));
  else
    w.loop('y', rows, () =>
      w.loop('x', columns, () => body(`(y * ${columns} + x)`, reversed(`(y * ${pitch} + x)`))),
    );
}

/**
 * A layout transform to or from the analog core's pixels of channels, between the parameters `input` and `output`. Channels that only fill a
 * block of 64, and columns that only fill a row's pitch, become 0. Throws a UserError for a tensor of another rank.
 */
export function writeAnalogTransform(w: CWriter, from: Buffer, to: Buffer): void {
  if (to.shape.length !== 4)
    throw new UserError(
      `layout_transform of ${to.name}: shape is ${showShape(to.shape)}; must be (1, C, H, W) for the analog core.`,
    );
  const toAnalog = to.layout === 'analog';
  const [pixels, planes] = toAnalog ? [to, from] : [from, to];
  const { wordsReversed, blocksTogether } = { ...ANALOG_INFERENCES, ...pixels.order };
  const { rows, columns, pitch, planeBytes } = coreLayout(planes.shape);
  const stride = planes.layout === 'dense' ? rows * columns : planeBytes;
  overPixels(w, planes, (p, place) => {
    for (const { first, channels, padded, pixel } of blocksOf(pixels, blocksTogether === 1)) {
      const plane = first === 0 ? place : `${first * stride} + ${place}`;
      w.line(
        toAnalog
          ? `host_gather_pixel(output${pixel(p)}, input + ${plane}, ${stride}, ${channels}, ${padded}, ${wordsReversed});`
          : `host_scatter_pixel(output + ${plane}, input${pixel(p)}, ${stride}, ${channels}, ${wordsReversed});`,
      );
    }
  });
  if (to.layout === 'core' && pitch > columns)
    w.loop('row', to.shape[1]! * rows, () =>
      w.block(`for (int32_t x = ${columns}; x < ${pitch}; ++x)`, () =>
        w.line(`output[(row * ${pitch} + x) ^ 3] = 0;`),
      ),
    );
}
