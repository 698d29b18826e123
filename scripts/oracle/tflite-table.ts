import { openBackend } from '../../golden/index.js';
import { TFLITE_CASES } from './tflite-cases.js';
import { runTfliteCase } from './tflite-file.js';
import { LiteRt } from './tflite-runtime.js';
import { showVerdict, type Verdict } from './verdict.js';

export interface TfliteCaseResult {
  readonly name: string;
  readonly verdict: Verdict;
}

/** Every case of one operator beside LiteRT, with the worse verdict of two inputs. */
export async function runTfliteCases(): Promise<TfliteCaseResult[]> {
  await openBackend('cpu');
  const runtime = await LiteRt.load();
  const results: TfliteCaseResult[] = [];
  for (const [name, within, c] of TFLITE_CASES) {
    const verdicts: Verdict[] = [];
    for (const seed of ['a', 'b']) verdicts.push(await runTfliteCase(runtime, c, within, `${name} ${seed}`));
    const verdict = verdicts.find((v) => v.kind === 'wrong') ?? verdicts.find((v) => v.kind !== 'right');
    results.push({ name, verdict: verdict ?? verdicts[0]! });
  }
  return results;
}

/** The table case x verdict. */
export function tfliteTable(results: readonly TfliteCaseResult[]): string {
  const lines = results.map(({ name, verdict }) => `| ${name} | ${showVerdict(verdict)} |`);
  const count = (kind: Verdict['kind']) => results.filter((r) => r.verdict.kind === kind).length;
  const total = `${count('right')} right, ${count('within')} within 1, ${count('refused')} refused, ${count('wrong')} wrong`;
  return [
    '| one operator | beside LiteRT |',
    '| --- | --- |',
    ...lines,
    `| all ${results.length} | ${total} |`,
    '',
  ].join('\n');
}
