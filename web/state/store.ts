import { useEffect, useState } from 'preact/hooks';
import type { Progress, ResultDocument } from '../worker/library.js';
import type { Arguments, Method, Result } from '../worker/messages.js';
import type { Opened } from '../worker/session.js';
import type { Settings } from '../worker/settings.js';
import type { Source } from '../worker/source.js';
import { Cancelled, Client, WorkerError } from './client.js';
import { hashOf, type Place, placeOf, START } from './place.js';

/** All that the page shows follows from this. */
export interface State {
  readonly place: Place;
  readonly source: Source | undefined;
  readonly opened: Opened | undefined;
  /** The result: counted at once, then simulated and compared. */
  readonly document: ResultDocument | undefined;
  /** Whether `document` comes from a run with values. */
  readonly ran: boolean;
  /** Counts documents of runs, for what depends on one. */
  readonly version: number;
  readonly working: Progress | undefined;
  readonly error: { readonly message: string; readonly bug: boolean } | undefined;
}

const EMPTY = {
  source: undefined,
  opened: undefined,
  document: undefined,
  ran: false,
  version: 0,
  working: undefined,
  error: undefined,
};

/** The page's state, and everything that changes it. */
export class Store {
  #state: State = { ...EMPTY, place: START };
  #listeners = new Set<() => void>();
  #client = new Client();
  #reopening: Promise<void> | undefined;
  /** The worker that holds the source. */
  #openIn = 0;

  /** Counts what was opened: a key for answers that depend on the program. */
  opening = 0;

  get state(): State {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Reads the address and follows it from then on. */
  start(): void {
    this.#client.warm();
    const follow = (): void => {
      const place = placeOf(location.hash);
      const before = this.#state.place;
      this.#set({ place });
      const other =
        hashOf({ ...place, view: 'overview', layer: 0, step: -1 }) !==
        hashOf({ ...before, view: 'overview', layer: 0, step: -1 });
      if (place.model !== '' && (other || this.#state.source === undefined))
        void this.open({ kind: 'builtin', name: place.model }, place);
      else if (other && this.#state.source !== undefined && place.file === before.file)
        void this.open(this.#state.source, place);
    };
    addEventListener('hashchange', follow);
    follow();
  }

  /** Goes to another view, layer or step; the address says so, and the browser's back button returns. */
  go(change: Partial<Pick<Place, 'view' | 'layer' | 'step'>>): void {
    const place = { ...this.#state.place, ...change };
    const hash = `#${hashOf(place)}`;
    this.#set({ place });
    if (hash !== location.hash) history.pushState(null, '', hash);
  }

  /** Opens a source, shows what it would cost, and runs it. */
  async open(source: Source, at: Place = this.#state.place): Promise<void> {
    const files = source.kind === 'files' ? source.files.map((f) => f.name).join(', ') : '';
    const same = this.#state.source === source;
    const place: Place = {
      ...at,
      model: source.kind === 'builtin' ? source.name : '',
      file: files.slice(0, 200),
    };
    if (this.#state.working !== undefined) this.#client.cancel();
    history.replaceState(null, '', `#${hashOf(place)}`);
    this.#set({
      ...EMPTY,
      version: this.#state.version + 1,
      source,
      place,
      ...(same ? { document: this.#state.document } : {}),
    });
    await this.#work(`reading ${place.model || files}`, async () => {
      await this.#reopen();
      if (this.#state.opened?.kind !== 'result') await this.#run();
    });
  }

  /** Changes options of the compiler or parameters and runs again. */
  change(settings: Partial<Settings>): void {
    const { source, place } = this.#state;
    const next = { ...place, settings: { ...place.settings, ...settings } };
    if (source === undefined) {
      history.replaceState(null, '', `#${hashOf(next)}`);
      this.#set({ place: next });
    } else void this.open(source, next);
  }

  async #reopen(): Promise<void> {
    const { source, place } = this.#state;
    if (source === undefined) throw new WorkerError('nothing is open.', false);
    const opened = await this.#client.call('open', [source, place.settings]);
    this.#openIn = this.#client.generation;
    if (!this.#state.ran) this.opening++;
    this.#set(
      this.#state.ran ? { opened } : { opened, document: opened.document, version: this.#state.version + 1 },
    );
  }

  async #run(): Promise<void> {
    const wasm = new URL('tfjs/', document.baseURI).href;
    const result = await this.#client.call('run', [wasm], (working) => this.#set({ working }));
    this.#set({ document: result, ran: true, version: this.#state.version + 1 });
  }

  async #work(what: string, work: () => Promise<void>): Promise<void> {
    this.#set({ working: { what, done: 0, total: 1 }, error: undefined });
    const { source } = this.#state;
    try {
      await work();
    } catch (error) {
      if (this.#state.source === source && !(error instanceof Cancelled)) this.fail(error);
    }
    if (this.#state.source === source) this.#set({ working: undefined });
  }

  /** Runs again what is open. */
  rerun(): void {
    void this.#work('running', async () => {
      await this.#ready();
      await this.#run();
    });
  }

  /** Stops whatever runs; what is on the page stays. */
  cancel(): void {
    this.#client.cancel();
    this.#set({ working: undefined });
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#set({ error: { message, bug: !(error instanceof WorkerError) || error.bug } });
  }

  dismiss(): void {
    this.#set({ error: undefined });
  }

  /** Opens the source again where its worker was replaced, once for all who wait for it. */
  async #ready(): Promise<void> {
    if (this.#state.source === undefined || this.#openIn === this.#client.generation) return;
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  /** Asks the session in the worker, which opens the source again where its worker was replaced. */
  async ask<M extends Method>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    await this.#ready();
    return this.#client.call(method, args);
  }

  /** The same for long work, with progress and cancel on the page. Undefined where it failed or was stopped: the page says why. */
  async long<M extends Method>(
    what: string,
    method: M,
    ...args: Arguments<M>
  ): Promise<Result<M> | undefined> {
    let result: Result<M> | undefined;
    await this.#work(what, async () => {
      result = await this.#client.call(method, args, (working) => this.#set({ working }));
    });
    return result;
  }
}

export const store = new Store();

/** The state, and a new rendering whenever it changes. */
export function useStore(): State {
  const [, again] = useState({});
  useEffect(() => store.subscribe(() => again({})), []);
  return store.state;
}

/** What the worker answers; `key` tells when to ask again. */
export function useAnswer<M extends Method>(
  key: string,
  method: M,
  ...args: Arguments<M>
): { readonly value?: Result<M>; readonly error?: string } {
  const [answer, setAnswer] = useState<{ key: string; value?: Result<M>; error?: string }>({ key: '' });
  // the key stands for the arguments
  useEffect(() => {
    let wanted = true;
    const ended = (more: { value?: Result<M>; error?: string }): void => {
      if (wanted) setAnswer({ key, ...more });
    };
    store.ask(method, ...args).then(
      (value) => ended({ value }),
      (error: Error) => {
        if (!(error instanceof Cancelled)) ended({ error: error.message });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  return answer.key === key ? answer : {};
}
