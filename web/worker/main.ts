import type { Progress } from './library.js';
import { UserError } from './library.js';
import type { Reply, Request } from './messages.js';
import { Session } from './session.js';

const session = new Session();
const say = (reply: Reply): void => self.postMessage(reply);
const WITH_PROGRESS: readonly string[] = ['run', 'quantize'];

/** One request after another: a session has one state. */
let last: Promise<void> = Promise.resolve();

async function answer({ id, method, args }: Request): Promise<void> {
  const report = (progress: Progress): void => say({ id, kind: 'progress', progress });
  try {
    const call = session[method] as (...args: unknown[]) => unknown;
    const all = WITH_PROGRESS.includes(method) ? [...args, report] : [...args];
    say({ id, kind: 'done', result: await call.apply(session, all) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ id, kind: 'failed', message, bug: !(error instanceof UserError) });
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  last = last.then(() => answer(data));
});
