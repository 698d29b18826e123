import { baseName } from '../../src/base/path-name.js';
import { decodeNpy, decodeNpz, type RelayParameters, readParams } from '../../src/index.js';
import type { GivenFile } from './given-file.js';

/** Values of a Relay text's parameters from the files beside it: one .params or .npz file, or .npy files named after the parameters. */
export const parametersFrom = (files: readonly GivenFile[]): RelayParameters => ({
  from: files.map((f) => f.name).join(', '),
  values: (wanted) => {
    const values = new Map<string, ReturnType<typeof decodeNpy>>();
    for (const { name, bytes } of files) {
      const stem = baseName(name).replace(/\.npy$/, '');
      if (name.endsWith('.npy')) {
        if (wanted.has(stem)) values.set(stem, decodeNpy(bytes, name));
      } else
        for (const [key, value] of name.endsWith('.npz') ? decodeNpz(bytes, name) : readParams(bytes, name))
          values.set(key, value);
    }
    return values;
  },
});
