import type { CommandModule } from 'yargs';
import type { QuantizeArguments } from '../actions/quantize.js';
import { fileOptions } from '../model-options.js';

/** `quantize MODEL --calibrate DATA.npy -o OUT`: a float32 network as an integer one for the core. */
export const quantizeCommand: CommandModule<object, QuantizeArguments> = {
  command: 'quantize <model>',
  describe:
    'turn a trained float32 or quantized network into an int8 one with power-of-two scales for the core',
  builder: (y) =>
    y
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'a .tflite, .onnx or .relay file',
      })
      .option('calibrate', {
        type: 'string',
        demandOption: true,
        describe:
          'DATA.npy, one sample on each index of the first axis; without --test its second half is held aside',
      })
      .option('test', { type: 'string', describe: 'DATA.npy with the held-aside samples' })
      .option('labels', {
        type: 'string',
        describe:
          'L.npy, the class of each held-aside sample: accuracy of both networks, on the simulated core too',
      })
      .option('input-scale', {
        type: 'number',
        describe: 'network input = data * scale + offset (1 and 0 by default)',
      })
      .option('input-offset', { type: 'number', describe: 'see --input-scale' })
      .option('allow-float', {
        type: 'boolean',
        default: false,
        describe: 'exit with 0 even where a layer that the core could take stays in float32',
      })
      .option('analog', {
        type: 'boolean',
        default: false,
        describe:
          'a mixed network: ternary weights, for the analog core, in the layers between the first and the last; nothing is trained, so judge its accuracy with --labels',
      })
      .option('analog-layers', {
        type: 'number',
        describe: 'with --analog: how many layers become ternary, those that lose least; all by default',
      })
      .options(fileOptions)
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'NAME.relay; NAME.params, NAME.quantization.txt and NAME.input.npy go beside it',
      }),
  handler: async (args) => {
    const { quantizeFile } = await import('../actions/quantize.js');
    process.exitCode = await quantizeFile(args);
  },
};
