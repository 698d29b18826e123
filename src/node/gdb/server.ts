import { createServer, type Server, type Socket } from 'node:net';
import { findingLines } from '../../../reports/findings.js';
import type { Debugger, Stop } from '../../../sim/soc/debugger.js';
import { LimitError } from '../../base/errors.js';
import { GdbCommands, type Reply } from './commands.js';
import { frame, PacketReader, toHex } from './packet.js';

/** Only this machine can connect: the stub gives full control over the simulated one. */
const LOOPBACK = '127.0.0.1';
/** Cycles that run between looks at the connection. */
const SLICE = 2_000_000;

/** How a session ended: the program's exit, or the debugger went away. */
export type SessionEnd = { readonly kind: 'exit'; readonly status: number } | { readonly kind: 'left' };

export interface GdbServer {
  readonly port: number;
  /** Resolves when the session is over. */
  readonly ended: Promise<SessionEnd>;
}

/**
 * Listens for one debugger. `port` 0 takes any free one. Throws `LimitError` for a port that cannot be had.
 *
 * @example
 * const server = await serveGdb(debug, 3333);
 * console.log(`target remote 127.0.0.1:${server.port}`);
 * await server.ended;
 */
export async function serveGdb(debug: Debugger, port: number): Promise<GdbServer> {
  const server = createServer();
  const bound = await listen(server, port);
  const ended = new Promise<SessionEnd>((resolve) => {
    server.once('connection', (socket) => {
      // One machine, one debugger.
      server.close();
      new Session(debug, socket, resolve).begin();
    });
  });
  return { port: bound, ended };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new LimitError({
          subject: 'port for the debugger',
          value: port,
          rule: `one that can be opened on ${LOOPBACK} (${error.code ?? error.message})`,
          fix: 'Give another --gdb port.',
        }),
      ),
    );
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

class Session {
  readonly #debug: Debugger;
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #commands: GdbCommands;
  readonly #finish: (end: SessionEnd) => void;
  #acknowledge = true;
  #interrupted = false;
  #running = false;
  #closed = false;

  constructor(debug: Debugger, socket: Socket, finish: (end: SessionEnd) => void) {
    this.#debug = debug;
    this.#socket = socket;
    this.#commands = new GdbCommands(debug);
    this.#finish = finish;
  }

  begin(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => this.#received(chunk));
    this.#socket.on('error', () => this.#leave());
    this.#socket.on('close', () => this.#leave());
  }

  #leave(end: SessionEnd = { kind: 'left' }): void {
    this.#closed = true;
    this.#socket.end();
    this.#finish(end);
  }

  #send(text: string): void {
    if (!this.#closed) this.#socket.write(frame(text));
  }

  #received(chunk: Uint8Array): void {
    for (const incoming of this.#reader.push(chunk)) {
      if (incoming.kind === 'interrupt') {
        this.#interrupted = true;
        continue;
      }
      if (incoming.kind === 'bad checksum') {
        this.#socket.write('-');
        continue;
      }
      if (this.#acknowledge) this.#socket.write('+');
      // While the program runs, only an interrupt means anything.
      if (!this.#running) this.#answer(this.#commands.handle(incoming.text));
    }
  }

  #answer(reply: Reply): void {
    switch (reply.kind) {
      case 'text':
        this.#send(reply.text);
        return;
      case 'no acknowledgements':
        this.#send('OK');
        this.#acknowledge = false;
        return;
      case 'detach':
        this.#send(reply.text);
        this.#leave();
        return;
      case 'kill':
        this.#leave();
        return;
      case 'resume':
        this.#interrupted = false;
        if (reply.step) this.#stop(this.#debug.step() ?? { kind: 'break' });
        else {
          this.#running = true;
          setImmediate(() => this.#slice());
        }
    }
  }

  /** A piece of the run; then the connection gets its turn. */
  #slice(): void {
    if (this.#closed) return;
    const stop = this.#debug.run(SLICE);
    if (stop.kind === 'limit' && !this.#interrupted) {
      setImmediate(() => this.#slice());
      return;
    }
    this.#running = false;
    if (stop.kind === 'limit') this.#send('S02');
    else this.#stop(stop);
  }

  #stop(stop: Stop): void {
    // Text for the debugger's console comes before the stop that it belongs to.
    if (stop.kind === 'finding')
      this.#send(`O${toHex(Buffer.from(`check: ${findingLines(stop.finding).join('\n')}\n`))}`);
    this.#send(this.#commands.stopped(stop));
    if (stop.kind === 'exit') this.#leave({ kind: 'exit', status: stop.status });
  }
}
