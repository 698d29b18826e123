import { describe, expect, it } from 'vitest';
import { renderAnnotations, renderStepSummary } from '../../reports/github.js';
import { renderJunit } from '../../reports/junit.js';
import { renderMarkdown } from '../../reports/markdown.js';
import { differingVerdict, documentOf, exactVerdict, resnet8Run, verifiedResnet8 } from './fixture.js';

const differing = documentOf([resnet8Run()], (run) => [exactVerdict(run), differingVerdict(run, 1)]);

describe('Markdown', () => {
  it('has the layers, and the verdict', () => {
    const text = renderMarkdown(verifiedResnet8());
    expect(text).toContain(
      '| stack3\\_conv2 | conv2d 3x3 | digital | 64x8x8 | 1 | 3 | 2,359,296 | 35,530 | 66.4 | 25.9 % | 0.137 | yes | 5.0 % | 0.0 % |',
    );
    expect(text).toContain('**Exact** in 1 run (seed 0, reference on the wasm backend): 16 tensors compared');
    expect(text).toContain('estimated by the cycle model, not measured; parameter set `diana-default`');
  });

  it('every row of a table has as many cells as its head', () => {
    let cells = 0;
    for (const line of renderMarkdown(verifiedResnet8()).split('\n')) {
      const here = line.startsWith('|') ? line.replaceAll('\\|', '').split('|').length : 0;
      if (here > 0 && cells > 0) expect(here, line).toBe(cells);
      cells = here;
    }
  });

  it('keeps names from becoming markup', () => {
    const text = renderMarkdown(documentOf([{ ...resnet8Run(), model: 'a|b <img src=x> [x](y)' }]));
    expect(text).toContain('## a\\|b \\<img src=x\\> \\[x\\](y) on');
  });

  it('lists what differs', () =>
    expect(renderMarkdown(differing)).toContain(
      '- run 1: stack2\\_conv1 (%5): 12 of 8,192 elements differ; first at',
    ));
});

describe('JUnit XML', () => {
  it('has a suite a run and a case a tensor', () => {
    const text = renderJunit(differing);
    expect(text).toContain('<testsuites name="diana-sim 0.2.0" tests="32" failures="1" errors="0" time="0">');
    expect(text).toContain('<testsuite name="resnet8 run 0" tests="16" failures="0"');
    expect(text).toContain('<testsuite name="resnet8 run 1" tests="16" failures="1"');
    expect(text.match(/<testcase /g)).toHaveLength(32);
    expect(text.match(/<failure /g)).toHaveLength(1);
    expect(text).toContain('<property name="seed" value="0"/>');
  });

  it('escapes names and drops what XML forbids', () => {
    const text = renderJunit(
      documentOf([{ ...resnet8Run(), model: '<a&"b">\u0001' }], (run) => [exactVerdict(run)]),
    );
    expect(text).toContain('<testsuite name="&lt;a&amp;&quot;b&quot;&gt;\ufffd run 0"');
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, close, name, empty] of renderJunit(differing).matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (empty === '') open.push(name ?? '');
    }
    expect(open).toEqual([]);
  });

  it('is an empty report for simulate', () =>
    expect(renderJunit(documentOf([resnet8Run()]))).toContain('tests="0" failures="0"'));
});

describe('GitHub', () => {
  it('annotates each differing tensor as an error and each warning as a warning', () => {
    const lines = renderAnnotations(differing).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::error title=resnet8 run 1 differs::stack2_conv1 \(%255\): 12 of 8,192 elements differ; first at \[0, 3, 15, 2\]: expected -7, got 9/,
    );
    expect(lines[1]).toMatch(/^::warning title=resnet8::nn.avg_pool2d \(pool\) stays on the host: /);
  });

  it('a name cannot end the property or start another command', () => {
    const doc = documentOf([{ ...resnet8Run(), model: 'a,b:c\n::error::x' }]);
    expect(renderAnnotations(doc).split('\n')).toHaveLength(2);
    expect(renderAnnotations(doc)).toContain('::warning title=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax::nn.avg_pool2d');
  });

  it('summarizes a model a row and lists the differences', () => {
    const text = renderStepSummary(differing);
    expect(text).toContain('| resnet8 | ❌ differs | 196,072 | 0.754 | 63.8 | 148,992 | 1 |');
    expect(text).toContain('- run 1: stack2\\_conv1');
    expect(renderStepSummary(verifiedResnet8())).toContain('| resnet8 | ✅ exact |');
  });
});
