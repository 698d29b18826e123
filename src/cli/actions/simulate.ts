import { UserError } from '../../base/errors.js';
import { encodeNpy } from '../../base/npy.js';
import { parseTarget } from '../../compile.js';
import type { Model } from '../../ir/expr.js';
import { allEqual } from '../../library/result-document.js';
import { modelInputs, programInputs, simulate as simulateProgram } from '../../library/simulate.js';
import { traceLine } from '../../library/trace-line.js';
import { verify } from '../../library/verify.js';
import { writeFileAtomic, writeFolderAtomic } from '../../node/atomic-write.js';
import { readProgram } from '../../node/program-folder.js';
import type { Program } from '../../program/types.js';
import type { ResultDocument } from '../../results/document.js';
import type { CheckArguments } from '../check-options.js';
import { checkedStatus, checkMode } from '../check-run.js';
import { readInputs } from '../input-files.js';
import { oneModel } from '../model-argument.js';
import type { ModelArguments } from '../model-options.js';
import { finish, printExplanation } from '../output.js';
import { printWarnings } from '../warnings.js';

export interface SimulateArguments extends ModelArguments, CheckArguments {
  readonly program: string;
  readonly input: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly seed: string;
  readonly trace: string | undefined;
  /** The model that the program was made of. */
  readonly against?: string | undefined;
  readonly explain: boolean;
  readonly advise?: boolean | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** What is only there where nothing is compared. */
function checkAgainst(args: SimulateArguments): void {
  for (const name of ['output', 'trace'] as const)
    if (args[name] !== undefined) throw new UserError(`--${name} does not go with --against.`);
}

/** The document with advice for the model, compiled for the program's target and chip. */
async function adviceFor(
  document: ResultDocument,
  model: Model,
  { manifest }: Program,
): Promise<ResultDocument> {
  const { withAdvice } = await import('../../advise/with-advice.js');
  return withAdvice(document, model, {
    target: parseTarget(manifest.target),
    hardware: manifest.hardware,
    analog: manifest.layers.some((l) => l.target === 'analog'),
  });
}

/** `simulate DIR --against MODEL`: the program beside the reference of the model. Resolves to the exit status. */
async function simulateAgainst(args: SimulateArguments, word: string): Promise<number> {
  checkAgainst(args);
  const program = readProgram(args.program);
  const model = await oneModel(word, args);
  const document = await verify(model, {
    program,
    ...(args.input === undefined ? {} : { inputs: readInputs(args.input, modelInputs(model)) }),
    seed: args.seed,
    explain: args.explain,
    check: checkMode(args, false),
    onRefused: printExplanation,
  });
  const advised = args.advise === true ? await adviceFor(document, model, program) : document;
  await finish({ ...advised, command: 'simulate' }, args);
  return checkedStatus(args, document.models[0]?.findings ?? [], allEqual(document) ? 0 : 1);
}

/**
 * The command `simulate`: runs the program in a folder, prints its report and writes what was asked for. Resolves to the exit status: 0, or 1
 * where the program differs from the model that it is compared with.
 */
export async function simulate(args: SimulateArguments): Promise<number> {
  if (args.against !== undefined) return simulateAgainst(args, args.against);
  if (args.advise === true)
    throw new UserError('--advise compiles changed networks; name the model with --against.');
  const program = readProgram(args.program);
  const trace: string[] = [];
  const { document, outputs } = await simulateProgram(program, {
    ...(args.input === undefined ? {} : { inputs: readInputs(args.input, programInputs(program)) }),
    seed: args.seed,
    check: checkMode(args, false),
    ...(args.trace === undefined ? {} : { onJob: (event) => trace.push(traceLine(program, event)) }),
  });
  printWarnings(program.manifest.warnings, 'the report lists each');
  if (args.trace !== undefined) writeFileAtomic(args.trace, `${trace.join('\n')}\n`);
  if (args.output !== undefined)
    writeFolderAtomic(
      args.output,
      new Map([...outputs].map(([name, t]) => [`${name.replace(/[^\w.-]/g, '_')}.npy`, encodeNpy(t)])),
    );
  await finish(document, args);
  return checkedStatus(args, document.models[0]?.findings ?? [], 0);
}
