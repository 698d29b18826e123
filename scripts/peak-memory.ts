import { readFileSync } from 'node:fs';

/**
 * Most memory that this process ever held (resident), in bytes. Linux says so for the program itself; the figure of `resourceUsage` begins with
 * what the process that started it held.
 */
export function peakMemory(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (peak !== null) return 1024 * Number(peak[1]);
  } catch {
    // Another system.
  }
  return 1024 * process.resourceUsage().maxRSS;
}
