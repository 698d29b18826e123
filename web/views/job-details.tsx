import { REASON_TEXT } from '../../reports/metrics.js';
import { count } from '../../reports/numbers.js';
import { Scroll } from '../parts/scroll.js';
import { store } from '../state/store.js';
import type { JobView } from '../worker/layer.js';

const hex = (n: number): string => `0x${n.toString(16)}`;

/** Names of the parts of a compute job's cycles are reasons; a copy's is its own. */
const reasonLabel = (name: string): string =>
  Object.hasOwn(REASON_TEXT, name) ? REASON_TEXT[name as keyof typeof REASON_TEXT].label : name;

/** One job: its cycles, what it reads and writes, registers, and the instruction field by field; `marked` fields are what is pointed at. */
export function JobDetails({ job, marked }: { job: JobView; marked: readonly string[] }) {
  return (
    <section class="job" aria-label={`job at step ${job.step}`}>
      <h3>
        Step {job.step}: {REASON_TEXT[job.kind].label}
      </h3>
      <p>
        {job.note}; tile {job.tile};{' '}
        {job.cycles.map(([name, n]) => `${reasonLabel(name)} ${count(n)}`).join(', ')} cycles.{' '}
        <button type="button" class="link" onClick={() => store.go({ view: 'run', step: job.step })}>
          Look at the memories
        </button>
      </p>
      <ul>
        {job.accesses.map((a) => (
          <li key={`${a.does}${a.memory}${a.address}`}>
            {a.does} {count(a.bytes)} bytes of {a.memory} at <code>{hex(a.address)}</code>
            {a.buffer === undefined ? '' : `: ${a.buffer}`}
          </li>
        ))}
        {job.stores.length > 0 && (
          <li>the host first stores {job.stores.length} instruction words that differ from the job before</li>
        )}
      </ul>
      {job.instructions.map((fields, i) => (
        <Scroll key={i}>
          <table>
            <thead>
              <tr>
                <th>field</th>
                <th class="number">word</th>
                <th>unit</th>
                <th>meaning</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((f) => (
                <tr key={f.name} class={marked.includes(f.name) ? 'marked' : ''}>
                  <td>
                    <code>{f.name}</code>
                  </td>
                  <td class="number">{f.name === 'zero_padding' ? hex(f.value) : f.value}</td>
                  <td>{f.unit}</td>
                  <td class="wrap">{f.doc}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      ))}
      <details>
        <summary>{job.registers.length} register writes</summary>
        <Scroll>
          <table>
            <tbody>
              {job.registers.map(([name, value], i) => (
                <tr key={i}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td class="number">{hex(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </details>
    </section>
  );
}
