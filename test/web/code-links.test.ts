import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS as HARDWARE } from '../../sim/isa/parameters.js';
import { kernelFunctions } from '../../src/codegen/network/kernels.js';
import { compile, emitC, type Model, ModelBuilder, tensor } from '../../src/index.js';
import { buildModel } from '../../src/models/registry.js';
import { linksOfC } from '../../web/worker/code-links.js';
import { type LayerView, LayerViews } from '../../web/worker/layer.js';

/** The views of every layer of a network. */
function viewsOf(model: Model, l1?: number): LayerView[] {
  const program = compile(
    model,
    l1 === undefined ? {} : { hardware: { ...HARDWARE, chip: { ...HARDWARE.chip, l1Bytes: l1 } } },
  );
  const views = new LayerViews(program, emitC(program), model);
  return kernelFunctions(program).map((_, id) => views.view(id));
}

const CALLS = {
  copyIn: /diana_(analog_)?copy_in\(/,
  copyOut: /diana_(analog_)?copy_out\(/,
  compute: /diana_(conv|fc|sum|analog_conv)\(/,
};

const dsCnn = viewsOf(buildModel('ds-cnn'));

describe('lines of the generated C and jobs', () => {
  it.each([
    ['ds-cnn', dsCnn],
    ['residual in 16 KiB', viewsOf(buildModel('residual'), 16384)],
    ['dae-mixed, analog layers', viewsOf(buildModel('dae-mixed'))],
  ])('%s: every job is one of one line, and that line calls its kind', (_, views) => {
    for (const { jobs, c, cLinks } of views) {
      const lines = c.split('\n');
      expect(cLinks.flatMap((l) => l.steps).sort((a, b) => a - b)).toEqual(jobs.map((j) => j.step));
      const kinds = new Map(jobs.map((j) => [j.step, j.kind]));
      for (const { to, steps } of cLinks)
        for (const kind of new Set(steps.map((step) => kinds.get(step)!)))
          expect(lines[to]).toMatch(CALLS[kind]);
    }
  });

  it('a line of a loop is the jobs of all its turns; words stored before a call belong to it', () => {
    const depthwise = dsCnn.find(({ jobs }) => jobs.filter((j) => j.kind === 'compute').length === 64)!;
    const [link, ...others] = depthwise.cLinks.filter((l) => l.steps.length === 64);
    expect(others).toEqual([]);
    expect(link!.fields).toEqual(['input_memory_pointer', 'output_memory_pointer']);
    expect(link!.to - link!.from).toBe(2);
  });
});

it('C whose calls are others than the generator would write has no links', () => {
  const program = compile(buildModel('ds-cnn'));
  const { id, c, cLinks } = dsCnn.find(({ jobs }) => jobs.length > 1)!;
  const lines = c!.split('\n');
  const without = lines.filter((_, i) => i !== cLinks.at(-1)!.to).join('\n');
  const more = [...lines, lines[cLinks[0]!.to]!].join('\n');
  expect(linksOfC(program, id, c!)).toEqual(cLinks);
  expect([linksOfC(program, id, without), linksOfC(program, id, more)]).toEqual([[], []]);
});

describe('lines of Relay text and jobs', () => {
  it('operators are the computing jobs and name the fields that they decide', () => {
    const m = new ModelBuilder('one');
    const x = m.input('input', [1, 16, 16, 16], 'int8');
    const model = m.build(
      m.conv2d(x, 'conv', tensor([16, 16, 3, 3], 'int8'), tensor([16], 'int32'), { shift: 5, relu: true }),
    );
    const { relay, relayLinks, jobs } = viewsOf(model).find((v) => v.jobs.length > 0)!;
    const lines = relay!.split('\n');
    const of = (word: string) => relayLinks.find(({ from }) => lines[from]!.includes(word))!;
    const stepsOf = (kind: string) => jobs.filter((j) => j.kind === kind).map((j) => j.step);
    expect(of('qnn.conv2d(').steps).toEqual(stepsOf('compute'));
    expect(of('qnn.conv2d(').fields).toContain('fx');
    expect(of('right_shift').fields).toEqual(['shift_fixed_point']);
    expect(of('a_min=0f').fields).toEqual(['activation_function']);
    expect(of('a_min=-128f').fields).toEqual([]);
    expect(of('def @').steps).toEqual(stepsOf('copyIn'));
    expect(relayLinks.at(-1)!.steps).toEqual(stepsOf('copyOut'));
  });

  it('a host kernel has no jobs to link', () =>
    expect(
      viewsOf(buildModel('residual'))
        .filter((v) => v.jobs.length === 0)
        .map((v) => [v.cLinks, v.relayLinks]),
    ).toEqual([
      [[], []],
      [[], []],
      [[], []],
    ]));
});
