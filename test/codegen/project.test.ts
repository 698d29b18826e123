import { describe, expect, it } from 'vitest';
import { fnv1a } from '../../src/codegen/application/demo.js';
import { identifiers } from '../../src/codegen/c/names.js';
import { literal } from '../../src/codegen/c/types.js';
import { LINE_WIDTH, wrapWords } from '../../src/codegen/c/writer.js';
import { emitProject } from '../../src/codegen/project.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';

const projectOf = (
  name: string,
  target: 'soma_dory, c' | 'c' = 'soma_dory, c',
  profile?: 'individual' | 'global',
) => {
  const model = buildModel(name);
  const program = compile(model, { ...DEFAULT_OPTIONS, target });
  const files = emitProject(program, {
    sample: { inputs: builtinInput(model) },
    ...(profile === undefined ? {} : { profile }),
  });
  return { program, files };
};

describe('the C project', () => {
  it("has HTVM's layout: host code, the runtime library, an application, makefiles", () => {
    const { files } = projectOf('single-conv');
    expect([...files.keys()].toSorted()).toEqual([
      'Makefile',
      'Makefile.pulprt',
      'app/include/console.h',
      'app/include/dump.h',
      'app/include/malloc_wrapper.h',
      'app/include/sample.h',
      'app/src/console.c',
      'app/src/demo.c',
      'app/src/dump.c',
      'app/src/malloc_wrapper.c',
      'app/src/sample.c',
      'codegen/host/include/host_math.h',
      'codegen/host/include/host_xpulp.h',
      'codegen/host/include/tvmgen_default.h',
      'codegen/host/include/tvmgen_default_internal.h',
      'codegen/host/src/default_lib0.c',
      'codegen/host/src/default_lib1.c',
      'codegen/host/src/default_lib2.c',
      'codegen/host/src/default_lib3.c',
      'dory/include/diana.h',
      'dory/include/diana_port.h',
      'dory/include/diana_registers.h',
      'dory/src/diana.c',
      'target/crt0.S',
      'target/link.ld',
      'target/start.c',
    ]);
    expect(projectOf('single-conv', 'c').files.has('Makefile.x86')).toBe(true);
  });

  it('writes an accelerated layer as copies, a job and its weights', () => {
    const { files } = projectOf('single-conv');
    expect(files.get('codegen/host/src/default_lib2.c')).toBe(`#include "tvmgen_default_internal.h"

/* Layer conv: qnn.conv2d nn.bias_add right_shift clip cast clip (3x3 s1,1 p1,1 >>0 relu)
 * (1, 3, 32, 32) -> (1, 5, 32, 32) int8 */
int32_t tvmgen_default_soma_dory_main_0(const void *in, void *out) {
  const int8_t *const input = in;
  int8_t *const output = out;
  /* 0x1C0101F0 */
  diana_instruction *const instruction = tvmgen_default_constants.tvmgen_default_soma_dory_main_0_instruction;
  /* 0x1C010000 */
  const int8_t *const weights = tvmgen_default_constants.tvmgen_default_soma_dory_main_0_weights;

  /* Tile: channels 0..5, rows 0..32, columns 0..32. */
  diana_copy_in(16416, input, 3072);
  diana_conv(instruction, tvmgen_default_constants.configuration_0, weights, 496);
  diana_copy_out(output, 0, 5120);
  return 0;
}
`);
  });

  it.each(['resnet8', 'mobilenet-v1'])(
    'of %s is the same twice and has no line over %i columns'.replace('%i', String(LINE_WIDTH)),
    (name) => {
      const [one, two] = [projectOf(name).files, projectOf(name).files];
      expect([...two]).toEqual([...one]);
      for (const [path, text] of one) {
        if (path.startsWith('Makefile')) continue;
        const long = text.split('\n').filter((line) => line.length > LINE_WIDTH);
        expect(long, path).toEqual([]);
      }
    },
  );

  it('counts around each kernel or around the network', () => {
    const individual = projectOf('two-convs', 'c', 'individual').files;
    expect(individual.get('codegen/host/src/default_lib0.c')!.match(/profile_stop\(\d\);/g)).toEqual([
      'profile_stop(0);',
      'profile_stop(1);',
    ]);
    expect(individual.get('app/include/profile.h')).toContain('#define PROFILE_SLOTS 2');
    const global = projectOf('two-convs', 'c', 'global').files;
    expect(global.get('app/src/demo.c')!.match(/profile_stop\(\d\);/g)).toEqual(['profile_stop(0);']);
    expect(projectOf('two-convs', 'c').files.has('app/src/profile.c')).toBe(false);
  });
});

describe('names and literals', () => {
  it('makes identifiers that C accepts, each once', () =>
    expect(identifiers(['conv1.weights', 'conv1_weights', '0x', 'int', 'a:b/c'])).toEqual([
      'conv1_weights',
      'conv1_weights_1',
      'v_0x',
      'v_int',
      'a_b_c',
    ]));

  it.each([
    [-128, 'int8', '-128'],
    [-2147483648, 'int32', '(-2147483647 - 1)'],
    [5, 'int64', 'INT64_C(5)'],
    [1, 'float32', '1.0f'],
    [0.1, 'float32', '0.10000000149011612f'],
    [-0, 'float32', '-0.0f'],
    [1e-45, 'float32', '1.401298464324817e-45f'],
    [Number.NEGATIVE_INFINITY, 'float32', '(-1.0f / 0.0f)'],
  ] as const)('%s as %s is %s', (v, dtype, text) => expect(literal(v, dtype)).toBe(text));

  // From the published FNV-1a test vectors.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('fnv1a of "%s"', (text, hash) => expect(fnv1a(new TextEncoder().encode(text))).toBe(hash));

  it('breaks comments at spaces', () => expect(wrapWords('one two three', 8)).toEqual(['one two', 'three']));
});
