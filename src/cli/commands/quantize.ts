import type { CommandModule } from 'yargs';
import type { QuantizeArguments } from '../actions/quantize.js';
import { fileOptions } from '../model-options.js';

/** `quantize MODEL --calibrate DATA.npy -o OUT`: a float32 network as an integer one for the core. */
export const quantizeCommand: CommandModule<object, QuantizeArguments> = {
  command: 'quantize <model>',
  describe: 'turn a trained float32 network into an int8 one with power-of-two scales for the core',
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
      .option('input-scale', {
        type: 'number',
        default: 1,
        describe: 'network input = data * scale + offset',
      })
      .option('input-offset', { type: 'number', default: 0, describe: 'see --input-scale' })
      .options(fileOptions)
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'NAME.relay; NAME.params, NAME.quantization.txt and NAME.input.npy go beside it',
      }),
  handler: async (args) => {
    const { quantizeFile } = await import('../actions/quantize.js');
    await quantizeFile(args);
  },
};
