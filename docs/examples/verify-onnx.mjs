// Loads an ONNX file and verifies it: node verify-onnx.mjs net.onnx
// Exit status 0 when every tensor equals the reference, 1 on a difference.
import { allEqual, UserError } from 'diana-sim';
import { loadModelFile, verify } from 'diana-sim/node';

try {
  const model = loadModelFile(process.argv[2] ?? 'net.onnx');
  for (const warning of model.warnings) console.warn(`warning: ${warning}`);

  const result = await verify(model, { runs: 2 });
  const { run, verdicts } = result.models[0];
  console.log(`${run.model}: ${run.totals.totalCycles} cycles, ${run.totals.usefulMacs} MACs`);
  for (const { run: number, tensors } of verdicts)
    for (const t of tensors)
      if (t.differing > 0)
        console.log(`run ${number}: ${t.layer ?? t.tensor}: ${t.differing} of ${t.elements} elements differ`);
  console.log(allEqual(result) ? 'EXACT' : 'DIFFERS');
  process.exitCode = allEqual(result) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UserError)) throw error; // a bug: keep the stack
  console.error(error.message);
  process.exitCode = error.exitCode;
}
