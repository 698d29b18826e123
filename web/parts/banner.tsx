import { store, useStore } from '../state/store.js';

/** What happens now, with a way to stop it, and what went wrong. */
export function Banner() {
  const { working, error, opened, place, source } = useStore();
  const share = working === undefined ? 0 : working.done / Math.max(1, working.total);
  return (
    <div class="banner">
      <div role="status" class="working" hidden={working === undefined}>
        {working !== undefined && (
          <>
            <progress aria-label="progress" {...(working.total > 1 ? { value: share } : {})} />
            <span>{working.what}</span>
            <button type="button" onClick={() => store.cancel()}>
              Cancel
            </button>
          </>
        )}
      </div>
      {error !== undefined && (
        <div role="alert" class="problem">
          <span>
            {error.bug ? 'This is a fault of diana-sim: ' : ''}
            {error.message}
          </span>
          {error.bug && source !== undefined && (
            <button type="button" onClick={() => void store.open(source)}>
              Try again
            </button>
          )}
          <button type="button" aria-label="dismiss" onClick={() => store.dismiss()}>
            Close
          </button>
        </div>
      )}
      {source === undefined && place.file !== '' && error === undefined && (
        <p class="notice">
          This link is about {place.file}, a file that never left its owner's machine: choose it again.
        </p>
      )}
      {opened !== undefined && opened.warnings.length > 0 && (
        <details class="notice">
          <summary>{opened.warnings.length} notes of the import</summary>
          <ul>
            {opened.warnings.map((w) => (
              <li key={w}>{w}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
