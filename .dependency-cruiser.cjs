/** The directions of imports that docs/architecture.md describes; `npm run lint` holds them. */
const compiler = '^src/(?!ir/)';
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'base-stands-alone',
      severity: 'error',
      from: { path: '^base' },
      to: { path: '^(program|results|sim|src|golden|reports)' },
    },
    {
      name: 'isa-sees-base-only',
      severity: 'error',
      from: { path: '^sim/isa' },
      to: { path: '^(program|results|sim/(?!isa)|src|golden|reports)' },
    },
    {
      name: 'program-sees-isa-and-base',
      severity: 'error',
      from: { path: '^program' },
      to: { path: '^(sim/(?!isa)|src|golden|reports)' },
    },
    {
      name: 'results-are-plain-data',
      severity: 'error',
      from: { path: '^results' },
      to: { path: '^(program|sim/(?!isa)|src|golden|reports)' },
    },
    {
      name: 'sim-without-compiler',
      severity: 'error',
      from: { path: '^sim' },
      to: { path: '^(src|golden|reports)' },
    },
    {
      name: 'ir-stands-below',
      severity: 'error',
      from: { path: '^src/ir' },
      to: { path: `^(program|sim|golden|reports)|${compiler}` },
    },
    {
      name: 'golden-is-independent',
      severity: 'error',
      from: { path: '^golden' },
      to: { path: `^(sim|program|reports)|${compiler}` },
    },
    {
      name: 'reports-see-results-only',
      severity: 'error',
      from: { path: '^reports' },
      to: { path: '^(src|golden|program|sim/(?!isa))' },
    },
    {
      name: 'compiler-without-machine',
      severity: 'error',
      from: { path: '^src/(ir|builder|relay|models|passes|lower|codegen|frontends|quantize)' },
      to: { path: '^(golden|reports|sim/(?!isa)|src/cli)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
