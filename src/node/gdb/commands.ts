import { peekBytes, pokeBytes } from '../../../sim/soc/access.js';
import type { Debugger, Stop, Watchpoint } from '../../../sim/soc/debugger.js';
import { readWordHex, toHex, wordHex } from './packet.js';
import { TARGET_XML } from './target.js';

/** What the session does after a command. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  /** Run or step; the answer comes when the program stands again. */
  | { readonly kind: 'resume'; readonly step: boolean }
  | { readonly kind: 'no acknowledgements' }
  | { readonly kind: 'detach'; readonly text: string }
  | { readonly kind: 'kill' };

const text = (t: string): Reply => ({ kind: 'text', text: t });
const OK = text('OK');
/** The protocol's answer to a command that is not known. */
const UNKNOWN = text('');
const BAD = text('E01');
const PC = 32;
/** Largest packet that the stub takes, bytes. */
const PACKET = 0x4000;
const WATCH_KINDS: Readonly<Record<string, Watchpoint['on']>> = { 2: 'write', 3: 'read', 4: 'access' };

/** The commands of GDB's remote protocol that read and change the machine. Everything is hexadecimal. */
export class GdbCommands {
  readonly #debug: Debugger;
  #last = 'S05';

  constructor(debug: Debugger) {
    this.#debug = debug;
  }

  /** Tells why the program stopped, in the protocol's words. */
  stopped(stop: Stop): string {
    this.#last = this.#describe(stop);
    return this.#last;
  }

  #describe(stop: Stop): string {
    switch (stop.kind) {
      case 'exit':
        return `W${(stop.status & 0xff).toString(16).padStart(2, '0')}`;
      case 'fault':
        // SIGILL for code that cannot run, SIGSEGV for memory, SIGABRT for a program that will never end.
        return `S${stop.fault.kind === 'unhandled trap' ? '04' : stop.fault.kind === 'deadlock' ? '06' : '0b'}`;
      case 'watch': {
        const reason = { write: 'watch', read: 'rwatch', access: 'awatch' }[stop.watchpoint.on];
        return `T05${reason}:${stop.touch.address.toString(16)};`;
      }
      default:
        return 'S05';
    }
  }

  handle(command: string): Reply {
    switch (command[0]) {
      case '?':
        return text(this.#last);
      case 'g':
        return text(Array.from({ length: PC + 1 }, (_, n) => wordHex(this.#register(n))).join(''));
      case 'G':
        for (let n = 0; n <= PC; n++) this.#setRegister(n, command.slice(1 + 8 * n, 9 + 8 * n));
        return OK;
      case 'p': {
        const n = Number.parseInt(command.slice(1), 16);
        return n <= PC ? text(wordHex(this.#register(n))) : BAD;
      }
      case 'P': {
        const [n = '', value = ''] = command.slice(1).split('=');
        return this.#setRegister(Number.parseInt(n, 16), value) ? OK : BAD;
      }
      case 'm':
        return this.#readMemory(command.slice(1));
      case 'M':
        return this.#writeMemory(command.slice(1));
      case 'Z':
      case 'z':
        return this.#point(command);
      case 'c':
      case 's':
        if (command.length > 1) this.#debug.soc.core.pc = Number.parseInt(command.slice(1), 16);
        return { kind: 'resume', step: command[0] === 's' };
      case 'H':
      case 'T':
        return OK;
      case 'D':
        return { kind: 'detach', text: 'OK' };
      case 'k':
        return { kind: 'kill' };
      default:
        return this.#query(command);
    }
  }

  #query(command: string): Reply {
    if (command.startsWith('qSupported'))
      return text(`PacketSize=${PACKET.toString(16)};QStartNoAckMode+;qXfer:features:read+;swbreak+`);
    if (command === 'QStartNoAckMode') return { kind: 'no acknowledgements' };
    if (command === 'qAttached') return text('1');
    if (command === 'qC') return text('QC1');
    if (command === 'qfThreadInfo') return text('m1');
    if (command === 'qsThreadInfo') return text('l');
    if (command.startsWith('qXfer:features:read:target.xml:')) {
      const [offset = 0, length = 0] = (command.split(':').at(-1) ?? '')
        .split(',')
        .map((n) => Number.parseInt(n, 16));
      const part = TARGET_XML.slice(offset, offset + length);
      return text(`${offset + length >= TARGET_XML.length ? 'l' : 'm'}${part}`);
    }
    return UNKNOWN;
  }

  #register(n: number): number {
    const { core } = this.#debug.soc;
    return n === PC ? core.pc : core.x[n]!;
  }

  #setRegister(n: number, value: string): boolean {
    if (!/^[0-9a-f]{8}$/i.test(value) || !(n >= 0 && n <= PC)) return false;
    const { core } = this.#debug.soc;
    if (n === PC) core.pc = readWordHex(value) >>> 0;
    else if (n > 0) core.x[n] = readWordHex(value);
    return true;
  }

  #readMemory(range: string): Reply {
    const [address = Number.NaN, length = Number.NaN] = range.split(',').map((n) => Number.parseInt(n, 16));
    if (!(length <= PACKET)) return BAD;
    const bytes = peekBytes(this.#debug.soc, address, length);
    return bytes === undefined ? BAD : text(toHex(bytes));
  }

  #writeMemory(write: string): Reply {
    const [range = '', data = ''] = write.split(':');
    const [address = Number.NaN, length = Number.NaN] = range.split(',').map((n) => Number.parseInt(n, 16));
    if (data.length !== 2 * length) return BAD;
    return pokeBytes(this.#debug.soc, address, Buffer.from(data, 'hex')) ? OK : BAD;
  }

  /** Z0 and Z1 are breakpoints, Z2..Z4 watchpoints; a small z takes one away. */
  #point(command: string): Reply {
    const [kind = '', at = '', length = ''] = command.slice(1).split(',');
    const address = Number.parseInt(at, 16);
    const add = command[0] === 'Z';
    const { breakpoints, watchpoints } = this.#debug;
    if (kind === '0' || kind === '1') {
      if (add) breakpoints.add(address);
      else breakpoints.delete(address);
      return OK;
    }
    const on = WATCH_KINDS[kind];
    if (on === undefined) return UNKNOWN;
    const bytes = Number.parseInt(length, 16);
    const found = watchpoints.findIndex((w) => w.address === address && w.bytes === bytes && w.on === on);
    if (add && found < 0) watchpoints.push({ address, bytes, on });
    if (!add && found >= 0) watchpoints.splice(found, 1);
    return OK;
  }
}
