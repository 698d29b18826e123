import { store } from './store.js';

/** Opens what `diana-sim ui FILE` serves beside the page, where the address says that there is something. */
export async function openGiven(): Promise<void> {
  if (!location.hash.startsWith('#given')) return;
  try {
    const names: string[] = await (await fetch('given/files.json')).json();
    const files = await Promise.all(
      names.map(async (name, i) => ({
        name,
        bytes: new Uint8Array(await (await fetch(`given/${i}`)).arrayBuffer()),
      })),
    );
    await store.open({ kind: 'files', files });
  } catch (error) {
    store.fail(error);
  }
}
