import { BANKS, banksInUse, CHANNEL_BLOCK, linesOfPixel } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_INFERENCES } from '../../../sim/isa/analog/inferred.js';
import { analogLayout } from '../../../sim/isa/analog/layout.js';
import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { roundUp } from '../../base/units.js';
import type { Buffer } from '../../program/types.js';
import type { CWriter } from '../c/writer.js';
import { plus, times } from './position.js';

const BLOCK_BYTES = BANKS * LINE_BYTES;

/** Whether a transform needs host_pixels.h. */
export const usesPixels = (from: Buffer, to: Buffer): boolean =>
  from.layout === 'analog' || to.layout === 'analog';

/** Channels of pixels that lie together. */
interface Block {
  /** The first one, and how many there are. */
  readonly first: number;
  readonly channels: number;
  /** The channels of whole lines, which are written. */
  readonly padded: number;
  /** Where the first pixel begins, and bytes from one to the next. */
  readonly start: number;
  readonly step: number;
}

/** A pixel's blocks of 64 channels, which lie together or apart. */
function blocksOf({ shape }: Buffer, together: boolean): Block[] {
  const { channels, pixels } = analogLayout(shape);
  const blocks = linesOfPixel(channels);
  const before = (blocks - 1) * CHANNEL_BLOCK;
  const lastLines = banksInUse(channels) * LINE_BYTES;
  if (together)
    return [{ first: 0, channels, padded: before + lastLines, start: 0, step: blocks * BLOCK_BYTES }];
  return Array.from({ length: blocks }, (_, i) => ({
    first: i * CHANNEL_BLOCK,
    channels: Math.min(CHANNEL_BLOCK, channels - i * CHANNEL_BLOCK),
    padded: i === blocks - 1 ? lastLines : CHANNEL_BLOCK,
    start: i * pixels * BLOCK_BYTES,
    step: BLOCK_BYTES,
  }));
}

/** Planes in memory: bytes from one to the next, and the rows of pixels that lie side by side in both tensors. */
interface Planes {
  readonly stride: number;
  readonly rows: number;
  /** Pixels of a row, and bytes from row to row of a plane. */
  readonly columns: number;
  readonly pitch: number;
}

function planesOf({ layout, shape }: Buffer): Planes {
  const { rows, columns, pitch, planeBytes } = coreLayout(shape);
  const pixels = rows * columns;
  if (layout === 'dense') return { stride: pixels, rows: 1, columns: pixels, pitch: pixels };
  return pitch === columns
    ? { stride: planeBytes, rows: 1, columns: pixels, pitch: planeBytes }
    : { stride: planeBytes, rows, columns, pitch };
}

/** Whether every plane begins on a word where the first one does. */
const onWords = ({ layout }: Buffer, { stride }: Planes): boolean =>
  layout === 'core' || stride % WORD_BYTES === 0;

/** Whoever runs the network may give its own tensors any address. */
const isGiven = ({ role }: Buffer): boolean => role === 'input' || role === 'output';

/** One transform: which way, between what. */
interface Move {
  readonly toAnalog: boolean;
  readonly buffer: Buffer;
  readonly planes: Planes;
  /** 1 where the first channel of a word is the least significant byte. */
  readonly flipPixels: number;
}

/** The pixels of row `y` and a block of channels. */
function writeRow(w: CWriter, { toAnalog, buffer, planes, flipPixels }: Move, block: Block, y: string): void {
  const { channels, padded, step } = block;
  const { stride, columns, pitch } = planes;
  const [pixelName, planeName] = toAnalog ? (['output', 'input'] as const) : (['input', 'output'] as const);
  const pixel = plus(pixelName, plus(times(y, columns * step), block.start));
  const plane = plus(planeName, plus(times(y, pitch), block.first * stride));
  const flips = `${buffer.layout === 'dense' ? 1 : 0}, ${flipPixels}`;
  const [byWords, byBytes] = toAnalog
    ? ([
        `host_planes_to_pixels(${pixel}, ${step}, ${plane}, ${stride}, ${columns}, ${channels}, ${padded}, ${flips});`,
        `host_gather_pixel(${pixel} + p * ${step}, ${plane} + p, ${stride}, ${channels}, ${padded}, ${flipPixels});`,
      ] as const)
    : ([
        `host_pixels_to_planes(${plane}, ${stride}, ${pixel}, ${step}, ${columns}, ${channels}, ${flips});`,
        `host_scatter_pixel(${plane} + p, ${pixel} + p * ${step}, ${stride}, ${channels}, ${flipPixels});`,
      ] as const);
  const pixelByPixel = (): void => {
    w.loop('p', columns, () => w.line(byBytes));
  };
  if (!onWords(buffer, planes)) pixelByPixel();
  else if (!isGiven(buffer)) w.line(byWords);
  else {
    w.block(`if (host_on_word(${planeName}))`, () => w.line(byWords));
    w.block('else', pixelByPixel);
  }
}

/**
 * A layout transform to or from the analog core's pixels of channels, between the parameters `input` and `output`: squares of four channels
 * and four pixels, a word each, where planes begin on words; else byte by byte. Channels that only fill a line of 16, and columns that only
 * fill a row's pitch, become 0; lines that hold no channels stay as they are. Throws a UserError for a tensor of another rank.
 */
export function writeAnalogTransform(w: CWriter, from: Buffer, to: Buffer): void {
  if (to.shape.length !== 4)
    throw new UserError(
      `layout_transform of ${to.name}: shape is ${showShape(to.shape)}; must be (1, C, H, W) for the analog core.`,
    );
  const toAnalog = to.layout === 'analog';
  const [pixels, buffer] = toAnalog ? [to, from] : [from, to];
  const { wordsReversed, blocksTogether } = { ...ANALOG_INFERENCES, ...pixels.order };
  const planes = planesOf(buffer);
  const move: Move = { toAnalog, buffer, planes, flipPixels: 1 - wordsReversed };
  for (const block of blocksOf(pixels, blocksTogether === 1))
    if (planes.rows === 1) writeRow(w, move, block, '0');
    else w.loop('y', planes.rows, () => writeRow(w, move, block, 'y'));
  if (to.layout === 'core') clearEnds(w, to);
}

/** The words of a row's pitch that hold no columns become 0. */
function clearEnds(w: CWriter, { shape }: Buffer): void {
  const { rows, columns, pitch } = coreLayout(shape);
  const used = roundUp(columns, WORD_BYTES);
  if (used < pitch)
    w.line(`host_clear_ends(output + ${used}, ${pitch - used}, ${pitch}, ${shape[1]! * rows});`);
}
