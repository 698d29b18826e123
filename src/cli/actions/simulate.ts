import { encodeNpy } from '../../base/npy.js';
import { programInputs, simulate as simulateProgram } from '../../library/simulate.js';
import { traceLine } from '../../library/trace-line.js';
import { writeFileAtomic, writeFolderAtomic } from '../../node/atomic-write.js';
import { readProgram } from '../../node/program-folder.js';
import type { CheckArguments } from '../check-options.js';
import { checkedStatus, checkMode } from '../check-run.js';
import { readInputs } from '../input-files.js';
import { finish } from '../output.js';
import { printWarnings } from '../warnings.js';

export interface SimulateArguments extends CheckArguments {
  readonly program: string;
  readonly input: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly seed: string;
  readonly trace: string | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** The command `simulate`: runs the program in a folder, prints its report and writes what was asked for. Resolves to the exit status. */
export async function simulate(args: SimulateArguments): Promise<number> {
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
