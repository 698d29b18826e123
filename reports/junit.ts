import type { ModelResult, ResultDocument } from '../src/results/document.js';
import type { Explanation } from '../src/results/explanation.js';
import { isStrongEnough, type Strength } from '../src/results/strength.js';
import type { TensorComparison, Verdict } from '../src/results/verdict.js';
import { describeMismatch } from './describe.js';
import { describeCause } from './explanation.js';
import { milliseconds } from './numbers.js';
import { describeStrength, describeUnseen } from './strength.js';
import { escapeXml } from './xml.js';

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');

/** A test case: one tensor that simulator and reference both hold. */
function testCase(suite: string, tensor: TensorComparison, explanation: Explanation | undefined): string {
  const name = `${tensor.layer ?? tensor.tensor} (${tensor.operator}, ${tensor.where})`;
  const open = `    <testcase${attributes({ classname: suite, name, time: '0' })}`;
  if (tensor.differing === 0) return `${open}/>`;
  const message = describeMismatch(tensor);
  const causes = explanation?.atFault.find((l) => l.tensor === tensor.tensor)?.causes ?? [];
  const text = [message, ...causes.map(describeCause)].join('\n');
  return [
    `${open}>`,
    `      <failure${attributes({ type: 'mismatch', message })}>${escapeXml(text)}</failure>`,
    '    </testcase>',
  ].join('\n');
}

function suite(result: ModelResult, verdict: Verdict): string {
  const { run } = result;
  const name = `${run.model} run ${verdict.run}`;
  const failures = verdict.tensors.filter((tensor) => tensor.differing > 0).length;
  const properties: Readonly<Record<string, string | number>> = {
    target: run.target,
    seed: verdict.seed,
    backend: verdict.backend,
    parameterSet: run.hardware.name,
    estimatedCycles: run.totals.totalCycles,
    estimatedMilliseconds: milliseconds(run.totals.totalCycles, run.hardware.chip.clockHz).toFixed(3),
    ...(run.totals.energy === undefined
      ? {}
      : {
          estimatedMicrojoules: run.totals.energy.microjoules.toFixed(3),
          estimatedMacsPerJoule: Math.round(run.totals.energy.macsPerJoule),
        }),
    tensorsNotHeld: verdict.notHeld,
  };
  return [
    `  <testsuite${attributes({ name, tests: verdict.tensors.length, failures, errors: 0, skipped: 0, time: '0' })}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([key, value]) => `      <property${attributes({ name: key, value })}/>`,
    ),
    '    </properties>',
    ...verdict.tensors.map((tensor) => testCase(name, tensor, verdict.explanation)),
    '  </testsuite>',
  ].join('\n');
}

/** A suite of one case: whether the test notices as many planted faults as was asked for. */
function strengthSuite({ run }: ModelResult, strength: Strength): string {
  const name = `${run.model} strength`;
  const failures = isStrongEnough(strength) ? 0 : 1;
  const message = describeStrength(strength);
  const { planted, noticed, refused, harmless, seed } = strength;
  const open = `    <testcase${attributes({ classname: name, name: 'planted faults are noticed', time: '0' })}`;
  return [
    `  <testsuite${attributes({ name, tests: 1, failures, errors: 0, skipped: 0, time: '0' })}>`,
    '    <properties>',
    ...Object.entries({ seed, planted, noticed, refused, harmless }).map(
      ([key, value]) => `      <property${attributes({ name: key, value })}/>`,
    ),
    '    </properties>',
    `${open}>`,
    ...(failures === 0
      ? []
      : [`      <failure${attributes({ type: 'strength', message })}>${escapeXml(message)}</failure>`]),
    `      <system-out>${escapeXml([message, ...strength.layers.flatMap(describeUnseen)].join('\n'))}</system-out>`,
    '    </testcase>',
    '  </testsuite>',
  ].join('\n');
}

/**
 * JUnit XML: a suite for each model and run, a test case for each compared tensor. Times are 0: no host time is written, so
 * that the same run gives the same bytes. With `--strength` a suite more for each model. A document of `simulate` has no suites.
 */
export function renderJunit(doc: ResultDocument): string {
  const pairs = doc.models.flatMap((result) => result.verdicts.map((verdict) => ({ result, verdict })));
  const tensors = pairs.flatMap(({ verdict }) => verdict.tensors);
  const measured = doc.models.flatMap((result) =>
    result.strength === undefined ? [] : [{ result, strength: result.strength }],
  );
  const failures =
    tensors.filter((tensor) => tensor.differing > 0).length +
    measured.filter(({ strength }) => !isStrongEnough(strength)).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: doc.generator, tests: tensors.length + measured.length, failures, errors: 0, time: '0' })}>`,
    ...pairs.map(({ result, verdict }) => suite(result, verdict)),
    ...measured.map(({ result, strength }) => strengthSuite(result, strength)),
    '</testsuites>',
    '',
  ].join('\n');
}
