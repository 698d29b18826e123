// Makes `npx diana-sim` work in the clone itself: npm links the bins of dependencies, not a package's own.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';

const target = 'dist/bin/diana-sim.js';
if (existsSync(target)) {
  chmodSync(target, 0o755);
  mkdirSync('node_modules/.bin', { recursive: true });
  rmSync('node_modules/.bin/diana-sim', { force: true });
  symlinkSync(`../../${target}`, 'node_modules/.bin/diana-sim');
}
