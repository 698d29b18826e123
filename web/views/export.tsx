import { zipSync } from 'fflate';
import { fileNamePart } from '../../reports/file-name.js';
import { TEXT_FORMATS, type TextFormat } from '../../reports/formats.js';
import { save } from '../parts/save.js';
import { store, useStore } from '../state/store.js';

const TYPES: Partial<Record<TextFormat, string>> = {
  html: 'text/html',
  json: 'application/json',
  trace: 'application/json',
  csv: 'text/csv',
  junit: 'application/xml',
};

/** A time that is the same for everyone: same files, same bytes. */
const TIME = new Date(1980, 0, 1, 12);

/** Files by path as a zip with one folder. */
function zip(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Uint8Array {
  const encoder = new TextEncoder();
  return zipSync(
    Object.fromEntries(
      [...files].map(([path, content]) => [
        `${folder}/${path}`,
        typeof content === 'string' ? encoder.encode(content) : content,
      ]),
    ),
    { mtime: TIME },
  );
}

const attempt = (work: () => Promise<void>) => (): void => {
  work().catch((error) => store.fail(error));
};

/** Files of what the page shows, as the command line writes them. */
export function ExportView() {
  const { opened, document } = useStore();
  const name = fileNamePart(opened?.name ?? 'network');
  const program = opened?.kind !== 'result';
  return (
    <section>
      <h2>{opened?.name}: export</h2>
      <ul class="exports">
        {(Object.keys(TEXT_FORMATS) as TextFormat[]).map((format) => (
          <li key={format}>
            <button
              type="button"
              data-export={format}
              onClick={attempt(async () =>
                save(
                  `${name}-${TEXT_FORMATS[format].file}`,
                  TYPES[format] ?? 'text/plain',
                  await store.ask('report', format),
                ),
              )}
            >
              {TEXT_FORMATS[format].file}
            </button>{' '}
            {TEXT_FORMATS[format].doc}
          </li>
        ))}
        {program &&
          (
            [
              ['c', 'C project (zip)', 'kernels, runtime library, start-up code and makefiles'],
              [
                'program',
                'Program (zip)',
                'program.json and image.bin, for `diana-sim simulate` and this page',
              ],
            ] as const
          ).map(([what, label, doc]) => (
            <li key={what}>
              <button
                type="button"
                data-export={what}
                onClick={attempt(async () =>
                  save(`${name}-${what}.zip`, 'application/zip', zip(name, await store.ask('files', what))),
                )}
              >
                {label}
              </button>{' '}
              {doc}
            </li>
          ))}
        {program && (
          <li>
            <button
              type="button"
              data-export="disassembly"
              onClick={attempt(async () => save(`${name}.txt`, 'text/plain', await store.ask('disassembly')))}
            >
              Disassembly
            </button>{' '}
            all steps of the program as text
          </li>
        )}
      </ul>
      <p class="faint">
        {document?.models.length === 1
          ? 'Each picture of the other views has its own buttons for PNG or SVG. '
          : ''}
        The address of this page names the network, the options, the view and the layer: send it, and it opens
        the same.
      </p>
    </section>
  );
}
