import { spawn } from 'node:child_process';
import { platform } from 'node:process';

const COMMANDS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Opens an address in the user's browser, where there is one; otherwise the address on the terminal has to do. */
export function openBrowser(address: string): void {
  const [command = 'xdg-open', ...args] = COMMANDS[platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  // No such program: the address was printed.
  child.on('error', () => {});
  child.unref();
}
