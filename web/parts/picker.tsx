import { MODEL_NAMES } from 'virtual:model-names';
import { useEffect, useState } from 'preact/hooks';
import { MAP_CHOICES } from '../../src/results/mapping.js';
import { store, useStore } from '../state/store.js';
import { DEFAULT_SETTINGS } from '../worker/settings.js';
import { droppedFiles, readFiles } from './files.js';

async function openFiles(files: ReturnType<typeof readFiles>): Promise<void> {
  try {
    await store.open({ kind: 'files', files: await files });
  } catch (error) {
    store.fail(error);
  }
}

/** Takes files that are dropped anywhere on the page. */
function useDrop(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const drag = (event: DragEvent): void => {
      event.preventDefault();
      setOver(event.type === 'dragover');
    };
    const drop = (event: DragEvent): void => {
      drag(event);
      if (event.dataTransfer) void openFiles(droppedFiles(event.dataTransfer));
    };
    document.addEventListener('dragover', drag);
    document.addEventListener('dragleave', drag);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', drag);
      document.removeEventListener('dragleave', drag);
      document.removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

/** Chooses files, or a folder where `folder` is set. */
function FileButton({ label, folder = false }: { label: string; folder?: boolean }) {
  return (
    <label class="file-button">
      {label}
      <input
        type="file"
        multiple
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const input = event.currentTarget;
          if (input.files && input.files.length > 0) void openFiles(readFiles([...input.files]));
        }}
        onClick={(event) => {
          // The same file again is a choice, too.
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

/** Options of the compiler and of the run. */
function Options() {
  const { settings } = useStore().place;
  const box = (name: 'fuse' | 'l1Reuse' | 'reference', text: string) => (
    <label>
      <input
        type="checkbox"
        checked={settings[name]}
        onChange={(e) => store.change({ [name]: e.currentTarget.checked })}
      />{' '}
      {text}
    </label>
  );
  return (
    <details class="options">
      <summary>Options</summary>
      <div class="tools">
        <label>
          target{' '}
          <select
            value={settings.target}
            onChange={(e) => store.change({ target: e.currentTarget.value === 'c' ? 'c' : 'soma_dory, c' })}
          >
            <option value="soma_dory, c">core and host</option>
            <option value="c">host alone</option>
          </select>
        </label>
        <label>
          layers on{' '}
          <select
            value={settings.map}
            onChange={(e) =>
              store.change({
                map: MAP_CHOICES.find((m) => m === e.currentTarget.value) ?? DEFAULT_SETTINGS.map,
              })
            }
          >
            <option value="written">the core that the network says</option>
            <option value="digital">the digital core where possible</option>
            <option value="analog">the analog core where possible</option>
            <option value="fastest">the core that is fastest</option>
            <option value="greenest">the core that takes least energy</option>
          </select>
        </label>
        {box('fuse', 'fuse host operators')}
        {box('l1Reuse', 'keep tensors in L1')}
        {box('reference', 'compare with the reference (tfjs)')}
        <label>
          seed{' '}
          <input
            class="short"
            value={settings.seed}
            maxLength={80}
            onChange={(e) => store.change({ seed: e.currentTarget.value || '0' })}
          />
        </label>
      </div>
    </details>
  );
}

/** The head of the page: what to open, and how to run it. */
export function Picker() {
  const { place, source, working } = useStore();
  const over = useDrop();
  return (
    <header class={over ? 'picker over' : 'picker'}>
      <h1>
        diana-sim <span class="faint">your network on the DIANA chip</span>
      </h1>
      <div class="tools">
        <label>
          built-in network{' '}
          <select
            value={place.model}
            onChange={(e) => {
              const name = e.currentTarget.value;
              if (name !== '') void store.open({ kind: 'builtin', name });
            }}
          >
            <option value="">choose ...</option>
            {MODEL_NAMES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <FileButton label="Open files ..." />
        <FileButton label="Open folder ..." folder />
        <button
          type="button"
          disabled={source === undefined || working !== undefined}
          onClick={() => store.rerun()}
        >
          Run again
        </button>
      </div>
      <Options />
    </header>
  );
}
