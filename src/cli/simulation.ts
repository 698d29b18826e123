import { type JobEvent, runProgram } from '../../sim/program/run.js';
import { writeFileAtomic, writeFolderAtomic } from '../base/atomic-write.js';
import { encodeNpy } from '../base/npy.js';
import { GENERATOR } from '../generator.js';
import { builtinInputs } from '../models/builtin-input.js';
import { readProgram } from '../program/read.js';
import { RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../results/document.js';
import { programInputs } from './input-files.js';
import { finish } from './output.js';
import { traceLine } from './trace.js';
import { printWarnings } from './warnings.js';

export interface SimulateArguments {
  readonly program: string;
  readonly input: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly seed: string;
  readonly trace: string | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** Runs the program in a folder, prints its report and writes what was asked for. Throws a UserError for bad files. */
export async function simulate(args: SimulateArguments): Promise<void> {
  const program = readProgram(args.program);
  const declared = program.manifest.buffers
    .filter((b) => b.role === 'input')
    .map((b) => ({ name: b.tensor ?? b.name, shape: b.shape, dtype: b.dtype }));
  const inputs =
    args.input === undefined
      ? builtinInputs(program.manifest.model, declared, args.seed, 0)
      : programInputs(args.input, declared);
  const trace: string[] = [];
  const onJob = (event: JobEvent) => {
    trace.push(traceLine(program, event));
  };
  const { result, outputs } = runProgram(program, inputs, args.trace === undefined ? {} : { onJob });
  const document: ResultDocument = {
    format: RESULT_FORMAT,
    version: RESULT_VERSION,
    generator: GENERATOR,
    command: 'simulate',
    models: [{ run: result, verdicts: [] }],
  };
  printWarnings(program.manifest.warnings, 'the report lists each');
  if (args.trace !== undefined) writeFileAtomic(args.trace, `${trace.join('\n')}\n`);
  if (args.output !== undefined)
    writeFolderAtomic(
      args.output,
      new Map([...outputs].map(([name, t]) => [`${name.replace(/[^\w.-]/g, '_')}.npy`, encodeNpy(t)])),
    );
  await finish(document, args);
}
