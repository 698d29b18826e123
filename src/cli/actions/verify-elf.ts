import { backendName } from '../../../golden/index.js';
import { findingLines } from '../../../reports/findings.js';
import { UserError } from '../../base/errors.js';
import {
  type ElfKernel,
  type ElfVerification,
  verifyElf as verifyProgram,
} from '../../library/elf/verify-elf.js';
import { modelInputs } from '../../library/simulate.js';
import { readBytes } from '../../node/files.js';
import { readInputs } from '../input-files.js';
import { oneModel } from '../model-argument.js';
import { readCompileOptions } from '../options.js';
import { finish } from '../output.js';
import type { VerifyArguments } from './verify.js';

const INPUTS: Readonly<Record<ElfVerification['inputs'], string>> = {
  given: 'on the given inputs',
  program: 'on the inputs that the program brings',
  'built-in': 'on the built-in inputs, as no entry tvmgen_*_run tells where the program has its own',
};

const matches = ({ found }: ElfKernel): boolean => found?.comparison.differing === 0;

/** What a kernel got wrong, in a line. */
function wrongLine({ name, found }: ElfKernel): string {
  if (found === undefined) return `  ${name}: nothing that it wrote is a tensor of the model`;
  const { differing, first } = found.comparison;
  const at =
    first === undefined
      ? ''
      : `; first at [${first.coordinates.join(', ')}]: expected ${first.expected}, got ${first.actual}`;
  const guess = found.by === 'order' ? ', taken for the next tensor of the network' : '';
  return `  ${name}: ${differing} of ${found.actual.data.length} elements of ${found.tensor} differ${guess}${at}`;
}

const MOST_LINES = 8;

/** What the kernel-by-kernel comparison found, for people. */
export function elfLines(v: ElfVerification, file: string, model: string): string[] {
  const what = v.by === 'kernels' ? 'kernels' : 'stretches of jobs (no kernel functions tvmgen_* are called)';
  const wrong = v.kernels.filter((k) => !matches(k));
  const equal = v.kernels.length - wrong.length;
  const lines = [`${file}: ${equal} of ${v.kernels.length} ${what} match the reference, ${INPUTS[v.inputs]}`];
  if (wrong.length > 0) {
    lines.push(
      v.kernels.every((k) => k.found?.by !== 'values')
        ? `Is ${file} made of ${model}? What its kernels made:`
        : 'The first is where to look; what follows it works on its results:',
    );
    const [first, ...others] = wrong.slice(0, MOST_LINES).map(wrongLine);
    lines.push(first!);
    if (v.cause !== undefined)
      lines.push(...findingLines(v.cause).map((l, i) => `    ${i === 0 ? 'because: ' : ''}${l}`));
    lines.push(...others);
    if (wrong.length > MOST_LINES) lines.push(`  and ${wrong.length - MOST_LINES} more`);
  }
  if (v.missing.length > 0) lines.push(`not found in the program: ${v.missing.join(', ')}`);
  return [...lines, ...v.notes.map((note) => `note: ${note}`)];
}

/** `verify MODEL --elf APP.elf`: a foreign binary against the reference. Resolves to the exit status. */
export async function verifyElf(args: VerifyArguments & { readonly elf: string }): Promise<number> {
  if (args.models.length !== 1) throw new UserError('--elf goes with one model.');
  for (const option of ['golden', 'native', 'shard', 'advise'] as const)
    if (args[option] !== undefined && args[option] !== false)
      throw new UserError(`--${option} does not go with --elf.`);
  if (args.runs !== 1 || args.on === 'soc')
    throw new UserError('--elf runs the program once, on the SoC; leave --runs and --on out.');
  if (args.map !== undefined)
    throw new UserError(
      '--map changes the network, and the binary was made of another; leave --elf or --map out.',
    );
  const options = await readCompileOptions(args);
  const model = await oneModel(args.models[0]!, args);
  const inputs = args.input === undefined ? undefined : readInputs(args.input, modelInputs(model));
  const verification = await verifyProgram(model, readBytes(args.elf), {
    file: args.elf,
    hardware: options.hardware,
    backend: backendName(args['reference-backend']),
    explain: args.explain,
    ...(inputs === undefined ? {} : { inputs }),
  });
  await finish(verification.document, args);
  process.stdout.write(`${elfLines(verification, args.elf, model.name).join('\n')}\n`);
  return verification.ok ? 0 : 1;
}
