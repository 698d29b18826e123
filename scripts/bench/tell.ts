// Loaded before a command: makes its process tell its peak memory (bytes) and its CPU time (microseconds) on file descriptor 3 when it ends.
import { writeSync } from 'node:fs';
import { peakMemory } from '../peak-memory.js';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, `${peakMemory()} ${userCPUTime + systemCPUTime}`);
});
