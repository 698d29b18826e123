import { join } from 'node:path';
import { count } from '../../../reports/numbers.js';
import { describeStrength, strengthPercent } from '../../../reports/strength.js';
import { UserError } from '../../base/errors.js';
import { allEqual, strongEnough } from '../../library/result-document.js';
import { stimulate } from '../../library/stimulate.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { oneModel } from '../model-argument.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { Progress } from '../progress.js';
import { type StrengthArguments, strengthOf } from '../strength-options.js';

export interface StimulateArguments extends CompileArguments, ModelArguments, StrengthArguments {
  readonly model: string;
  readonly output: string;
  readonly tries?: number | undefined;
  readonly vectors?: number | undefined;
}

/** The command `stimulate`. Resolves to the exit status: 1 where the model differs on the inputs found, or they are weaker than asked for. */
export async function stimulateModel(args: StimulateArguments): Promise<number> {
  const { tries, vectors, output } = args;
  for (const [name, n] of Object.entries({ tries, vectors }))
    if (n !== undefined && !(Number.isInteger(n) && n >= 1))
      throw new UserError(`--${name} is ${n}; must be a whole number of at least 1.`);
  const strength = strengthOf(args);
  const model = await oneModel(args.model, args);
  const options = await readCompileOptions(args);
  const progress = new Progress(1);
  const found = await stimulate(model, {
    ...options,
    ...strength,
    seed: args.seed,
    ...(tries === undefined ? {} : { tries }),
    ...(vectors === undefined ? {} : { vectors }),
    onProgress: ({ what }) => progress.running(what),
  });
  progress.end();
  writeFolderAtomic(output, found.files);
  const several = found.vectors.length > 1;
  const lines = [
    `before: ${describeStrength({ ...found.before })}`,
    `after:  ${describeStrength(found.after)}`,
    `for ${count(found.anew.after.planted)} faults drawn anew: ${strengthPercent(found.anew.before)} before, ${strengthPercent(found.anew.after)} after`,
    `${found.tries} inputs looked at; the best:`,
    ...found.vectors.map(
      ({ how }, i) =>
        `  ${how}: diana-sim verify ${args.model} --golden ${several ? join(output, String(i)) : output}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const equal = allEqual(found.document);
  if (!equal)
    process.stdout.write(`${model.name} DIFFERS from the reference on these inputs; verify shows where\n`);
  return equal && strongEnough(found.document) ? 0 : 1;
}
