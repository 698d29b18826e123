import { describe, expect, it } from 'vitest';
import { elapsed, Progress } from '../../src/cli/progress.js';

/** A stream and a clock that the test moves. */
function stand(isTTY: boolean, columns = 60) {
  let time = 0;
  const written: string[] = [];
  const progress = new Progress(4, { isTTY, columns, write: (text) => written.push(text) }, () => time);
  return { progress, written, wait: (ms: number) => (time += ms) };
}

describe('Progress', () => {
  it('redraws a bar on a terminal, within its width, and takes it away', () => {
    const { progress, written, wait } = stand(true);
    progress.running('resnet8');
    expect(written).toEqual([]); // nothing for work that is over at once
    wait(200);
    progress.step();
    wait(200);
    progress.running('a network with a very long name that no terminal has room for');
    progress.end();
    expect(written[0]).toBe(`\r\u001b[K${'█'.repeat(6)}${'░'.repeat(18)} 1 of 4, 0 s, resnet8`);
    expect([...(written[1] ?? '').slice(4)]).toHaveLength(59);
    expect(written[2]).toBe('\r\u001b[K');
  });

  it('writes plain lines at intervals elsewhere', () => {
    const { progress, written, wait } = stand(false);
    progress.running('resnet8');
    wait(9_999);
    progress.step();
    wait(1);
    progress.running('ds-cnn');
    wait(5_000);
    progress.step();
    progress.end();
    expect(written).toEqual(['1 of 4, 10 s, ds-cnn\n']);
  });

  it.each([
    [999, '0 s'],
    [59_999, '59 s'],
    [65_000, '1 min 05 s'],
  ])('%i ms are %s', (ms, text) => expect(elapsed(ms)).toBe(text));
});
