/** The directions of imports that docs/architecture.md describes; `npm run lint` holds them. */
/** Folders of src that every side may see. */
const compiler = '^src/(?!(?:base|program|results|ir)/)';
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'base-stands-alone',
      severity: 'error',
      from: { path: '^src/base/' },
      to: { path: '^(src/(?!base/)|sim|golden|reports)' },
    },
    {
      name: 'isa-sees-base-only',
      severity: 'error',
      from: { path: '^sim/isa' },
      to: { path: '^(src/(?!base/)|sim/(?!isa)|golden|reports)' },
    },
    {
      name: 'program-sees-isa-and-base',
      severity: 'error',
      from: { path: '^src/program/' },
      to: { path: '^(src/(?!(?:base|program)/)|sim/(?!isa)|golden|reports)' },
    },
    {
      name: 'results-are-plain-data',
      severity: 'error',
      from: { path: '^src/results/' },
      to: { path: '^(src/(?!(?:base|results)/)|sim/(?!isa)|golden|reports)' },
    },
    {
      name: 'sim-without-compiler',
      severity: 'error',
      from: { path: '^sim' },
      to: { path: '^(src/(?!(?:base|program|results)/)|golden|reports)' },
    },
    {
      name: 'ir-stands-below',
      severity: 'error',
      from: { path: '^src/ir' },
      to: { path: `^(src/(?:program|results)/|sim|golden|reports)|${compiler}` },
    },
    {
      name: 'golden-is-independent',
      severity: 'error',
      from: { path: '^golden' },
      to: { path: `^(sim|src/program/|reports)|${compiler}` },
    },
    {
      name: 'reports-see-results-only',
      severity: 'error',
      from: { path: '^reports' },
      to: { path: '^(src/(?!(?:base|results)/)|golden|sim/(?!isa))' },
    },
    {
      name: 'compiler-without-machine',
      severity: 'error',
      from: { path: '^src/(ir|builder|relay|models|passes|lower|codegen|frontends|quantize)' },
      to: { path: '^(golden|reports|sim/(?!isa)|src/(cli|explain|library|node))' },
    },
    {
      name: 'library-below-node-and-command-line',
      severity: 'error',
      from: { path: '^src/library/' },
      to: { path: '^src/(cli|node|node\\.ts|index\\.ts)(/|$)' },
    },
    {
      name: 'strength-below-library',
      severity: 'error',
      from: { path: '^src/strength/' },
      to: { path: '^(golden|reports|src/(?!(?:base|program|results|strength)/))' },
    },
    {
      name: 'mapping-below-library',
      severity: 'error',
      from: { path: '^src/mapping/' },
      to: { path: '^(golden|reports|src/(cli|library|node|node\\.ts|index\\.ts)(/|$))' },
    },
    {
      name: 'explain-below-library',
      severity: 'error',
      from: { path: '^src/explain/' },
      to: { path: '^(reports|src/(cli|library|node|node\\.ts|index\\.ts)(/|$))' },
    },
    {
      name: 'node-below-command-line',
      severity: 'error',
      from: { path: '^src/node/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'node-only-where-it-is-said',
      comment: 'the library runs in browsers; files, tools and pictures are apart',
      severity: 'error',
      from: { path: '^(src|sim|golden|reports)/', pathNot: '^(src/(node|cli)/|reports/charts/draw\\.ts$)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-entry-without-node-folder',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^(src/(node|cli)/|reports/charts/draw\\.ts$)', reachable: true },
    },
    {
      name: 'nothing-sees-the-site',
      severity: 'error',
      from: { path: '^(src|sim|golden|reports)/' },
      to: { path: '^web/' },
    },
    {
      name: 'no-framework-outside-the-site',
      comment: 'preact and elkjs draw the site; library, simulator, reference and reports know none of it',
      severity: 'error',
      from: { path: '^(src|sim|golden|reports)/' },
      to: { path: 'node_modules/(preact|elkjs|vite)/' },
    },
    {
      name: 'the-page-leaves-the-library-to-its-worker',
      comment: 'what the page itself loads is the reports and plain data; types may come from anywhere',
      severity: 'error',
      from: { path: '^web/(?!worker|build|vite)' },
      to: {
        path: '^(src/(?!base|results)|sim/(?!isa)|golden|web/worker/(?!settings))',
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
