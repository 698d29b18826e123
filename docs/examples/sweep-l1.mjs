// How much L1 does a network need? Simulates it with smaller and smaller L1 and prints the knee:
// node sweep-l1.mjs resnet8
import { buildModel, compile, DEFAULT_PARAMETERS, LimitError, overrideMemories, simulate } from 'diana-sim';

const model = buildModel(process.argv[2] ?? 'resnet8');
const points = [];
for (let l1 = 256 * 1024; l1 >= 2048; l1 /= 2) {
  try {
    const program = compile(model, { hardware: overrideMemories(DEFAULT_PARAMETERS, { l1 }) });
    const { document } = await simulate(program);
    points.push({ l1, cycles: document.models[0].run.totals.totalCycles });
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    console.log(`${l1} bytes: does not fit (${error.message})`);
    break;
  }
}
const best = Math.min(...points.map((p) => p.cycles));
for (const { l1, cycles } of points)
  console.log(`${l1} bytes: ${cycles} cycles, ${(100 * (cycles / best - 1)).toFixed(1)} % above the best`);

// The knee: the smallest L1 within 5 % of the best.
const knee = points.filter((p) => p.cycles <= 1.05 * best).at(-1);
console.log(`knee: ${knee.l1} bytes`);
