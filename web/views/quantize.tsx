import { zipSync } from 'fflate';
import { useState } from 'preact/hooks';
import { readFiles } from '../parts/files.js';
import { save } from '../parts/save.js';
import { store } from '../state/store.js';
import type { Pixels } from '../worker/picture.js';
import type { QuantizeRequest, QuantizeResult } from '../worker/quantize.js';

/** The pixels of a picture file. */
async function pixelsOf(file: File): Promise<Pixels> {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return { width, height, data };
}

async function samplesIn(files: readonly File[]): Promise<QuantizeRequest['samples']> {
  const npy = files.find((f) => f.name.endsWith('.npy'));
  if (npy !== undefined) return (await readFiles([npy]))[0]!;
  return Promise.all(files.map(pixelsOf));
}

/** A float network and samples of its input to an integer network for the core. */
export function QuantizeView() {
  const [network, setNetwork] = useState<readonly File[]>([]);
  const [samples, setSamples] = useState<readonly File[]>([]);
  const [scale, setScale] = useState('1');
  const [offset, setOffset] = useState('0');
  const [result, setResult] = useState<QuantizeResult>();
  const run = async (): Promise<void> => {
    try {
      setResult(undefined);
      const request: QuantizeRequest = {
        network: await readFiles(network),
        samples: await samplesIn(samples),
        scale: Number(scale),
        offset: Number(offset),
      };
      setResult(await store.long('quantizing', 'quantize', request));
    } catch (error) {
      store.fail(error);
    }
  };
  const picked = (e: { currentTarget: HTMLInputElement }): File[] => [...(e.currentTarget.files ?? [])];
  const ready =
    network.length > 0 &&
    samples.length > 0 &&
    [scale, offset].every((t) => t !== '' && Number.isFinite(Number(t)));
  return (
    <section>
      <h2>Quantize a float network</h2>
      <p>
        Int8 weights and activations at power-of-two scales, as the core computes them. Half of the samples
        calibrate, the other half is held aside and shows how far the integer network agrees with yours.
      </p>
      <div class="form">
        <label>
          network (<code>.onnx</code> or <code>.tflite</code>)
          <input type="file" multiple onChange={(e) => setNetwork(picked(e))} />
        </label>
        <label>
          samples: one <code>.npy</code> with a sample on each index of its first axis, or pictures (those of
          another size are cut to the input's proportions and scaled)
          <input type="file" multiple accept=".npy,image/*" onChange={(e) => setSamples(picked(e))} />
        </label>
        <label>
          value *{' '}
          <input
            class="short"
            value={scale}
            aria-label="scale"
            onInput={(e) => setScale(e.currentTarget.value)}
          />{' '}
          +{' '}
          <input
            class="short"
            value={offset}
            aria-label="offset"
            onInput={(e) => setOffset(e.currentTarget.value)}
          />
          <span class="faint"> makes the network's input of a value (a picture has 0 to 255)</span>
        </label>
        <button type="button" disabled={!ready} onClick={() => void run()}>
          Quantize
        </button>
      </div>
      {result !== undefined && (
        <>
          <h3>{result.name}, quantized</h3>
          <p class="tools">
            <button type="button" onClick={() => void store.open({ kind: 'files', files: result.files })}>
              Open it
            </button>
            <button
              type="button"
              onClick={() =>
                save(
                  `${result.name}-quantized.zip`,
                  'application/zip',
                  zipSync(
                    Object.fromEntries([
                      ...result.files.map((f) => [f.name, f.bytes] as const),
                      [`${result.name}.quantization.txt`, new TextEncoder().encode(result.report)] as const,
                    ]),
                    { mtime: new Date(1980, 0, 1, 12) },
                  ),
                )
              }
            >
              Save network and report (zip)
            </button>
          </p>
          {result.notes.map((note) => (
            <p key={note} class="notice">
              {note}
            </p>
          ))}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
          <section class="code" tabIndex={0} aria-label="report of the quantization">
            <pre>{result.report}</pre>
          </section>
        </>
      )}
    </section>
  );
}
