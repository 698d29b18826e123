/** What is mutated, and which tests must notice: the tests of the same folder, not whatever runs the code in passing. */
export interface Area {
  readonly name: string;
  /** Files to mutate, as patterns. */
  readonly mutate: readonly string[];
  /** Test files that judge, as patterns. */
  readonly tests: readonly string[];
}

export const AREAS: readonly Area[] = [
  { name: 'isa', mutate: ['sim/isa/*.ts'], tests: ['test/sim/isa/*.test.ts'] },
  {
    name: 'core',
    mutate: ['sim/core/{digital-core,memory}.ts'],
    tests: ['test/sim/core/*.test.ts'],
  },
  {
    name: 'array',
    mutate: ['sim/core/{compute,pe-array,typed-array-pe-array,typed-array-cell-array}.ts'],
    tests: ['test/sim/core/*.test.ts'],
  },
  {
    name: 'runs',
    mutate: ['sim/program/*.ts'],
    tests: ['test/sim/program/*.test.ts'],
  },
  {
    name: 'rv32',
    mutate: ['sim/rv32/**/*.ts', '!sim/rv32/instruction-docs.ts'],
    tests: ['test/rv32/!(instruction-docs).test.ts'],
  },
  {
    name: 'peripherals',
    mutate: ['sim/soc/peripherals/*.ts'],
    tests: ['test/soc/{peripherals,timer,digital-port}.test.ts'],
  },
  {
    name: 'tiling',
    mutate: ['src/lower/tiling/*.ts', 'src/lower/interval-plan.ts'],
    tests: ['test/lower/{tiling,tile-plans}.test.ts'],
  },
  {
    name: 'lowering',
    mutate: ['src/lower/*.ts', 'src/lower/emit/*.ts', '!src/lower/interval-plan.ts'],
    tests: ['test/lower/*.test.ts', 'test/property/layers.test.ts', 'test/analog/layers.test.ts'],
  },
  {
    name: 'passes',
    mutate: ['src/passes/*.ts'],
    tests: ['test/passes/*.test.ts', 'test/analog/limits.test.ts'],
  },
  {
    name: 'comparison',
    mutate: ['golden/{compare,exactness,tolerance}.ts'],
    tests: ['test/golden/{compare,exactness}.test.ts'],
  },
  { name: 'golden', mutate: ['golden/**/*.ts'], tests: ['test/golden/*.test.ts'] },
  {
    name: 'program',
    mutate: [
      'src/program/{check,check-memory,check-steps,hardware-overrides,hardware-rules,tiles,files,parse,render,schema}.ts',
    ],
    tests: ['test/program/{program-file,hardware-file,tiles}.test.ts'],
  },
  {
    name: 'tflite',
    mutate: ['src/frontends/tflite/{requantize,multiplier,activation}.ts'],
    tests: ['test/frontends/{tflite,tflite-weights,tflite-activation}.test.ts'],
  },
  {
    name: 'onnx',
    mutate: ['src/frontends/onnx/integer/*.ts'],
    tests: [
      'test/frontends/onnx-{integer,integer-values,integer-operators,exactness,quantlab,quantized,as-float,merged-pad}.test.ts',
    ],
  },
];
