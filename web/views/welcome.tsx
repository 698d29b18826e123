import { store, useStore } from '../state/store.js';

const EXAMPLES = ['resnet8', 'ds-cnn', 'mobilenet-v1', 'dae'];

/** Before anything is open. */
export function Welcome() {
  const { working } = useStore();
  return (
    <section class="welcome" aria-busy={working !== undefined}>
      <h2>Drop a network, see it on the chip</h2>
      <p>
        A <code>.tflite</code> or <code>.onnx</code> file, Relay text (<code>.relay</code> with its{' '}
        <code>.params</code>), the folder of a compiled Program, or a <code>result.json</code>. Or begin with
        a built-in network:
      </p>
      <p class="tools">
        {EXAMPLES.map((name) => (
          <button key={name} type="button" onClick={() => void store.open({ kind: 'builtin', name })}>
            {name}
          </button>
        ))}
      </p>
      <p>
        It is compiled for the digital core, simulated instruction by instruction, and every tensor is
        compared with a reference on TensorFlow.js.{' '}
        <b>All of it happens in this page: your file never leaves your machine.</b>
      </p>
      <p class="faint">Cycles are estimates of a cycle model, not measurements on the chip.</p>
    </section>
  );
}
