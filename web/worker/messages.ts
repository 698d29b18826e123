import type { Progress } from './library.js';
import type { Session } from './session.js';

/** The session's methods, which the page calls. */
export type Method = {
  [K in keyof Session]: Session[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Session];

/** Arguments as the page gives them: without the reporter of progress, which the worker adds. */
export type Arguments<M extends Method> =
  Parameters<Session[M]> extends [...infer A, (progress: Progress) => void] ? A : Parameters<Session[M]>;
export type Result<M extends Method> = Awaited<ReturnType<Session[M]>>;

export interface Request {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** What the worker says about one request. */
export type Reply =
  | { readonly id: number; readonly kind: 'progress'; readonly progress: Progress }
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  /** `bug`: not the user's mistake. */
  | { readonly id: number; readonly kind: 'failed'; readonly message: string; readonly bug: boolean };
