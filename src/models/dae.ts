import type { Network } from './random-network.js';

const UNITS = [128, 128, 128, 128, 8, 128, 128, 128, 128, 640];

/** MLPerf Tiny's anomaly detection: a deep autoencoder of ten dense layers, the last one without ReLU. [htvm] */
export const DAE: Network = {
  name: 'dae',
  description: 'MLPerf Tiny anomaly detection, autoencoder of 640 values',
  body: (net) =>
    UNITS.reduce(
      (x, units, i) => net.dense(x, `dense${i + 1}`, units, i + 1 < UNITS.length),
      net.input([1, 640]),
    ),
};
