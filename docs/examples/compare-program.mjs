// Compares the Program of a compiler of your own with the reference: node compare-program.mjs resnet8 FOLDER
// FOLDER holds program.json and image.bin (docs/compiler.md); `diana-sim compile resnet8 -o FOLDER` writes one to start from.
import { allEqual, buildModel, verify } from 'diana-sim';
import { readProgram } from 'diana-sim/node';

const [name, folder] = process.argv.slice(2);
const result = await verify(buildModel(name), {
  program: readProgram(folder),
  onTensor: ({ comparison, expected, actual }) => {
    const { first, tensor, layer, differing } = comparison;
    if (first === undefined) return;
    console.log(
      `${layer ?? tensor}: ${differing} elements differ, first at [${first.coordinates.join(', ')}]`,
    );
    const at = expected.data.findIndex((value, i) => value !== actual.data[i]);
    console.log(`  expected ${expected.data.slice(at, at + 8).join(' ')} ...`);
    console.log(`  actual   ${actual.data.slice(at, at + 8).join(' ')} ...`);
    console.log(`  written by step ${first.step}: ${first.writer}`);
  },
});
console.log(allEqual(result) ? 'EXACT' : 'DIFFERS');
process.exitCode = allEqual(result) ? 0 : 1;
