import { expect, it } from 'vitest';
import { parseRelay } from '../../src/relay/parse.js';
import { printModule } from '../../src/relay/print.js';
import { BUILT, COMPILED } from './texts.js';

/** TVM numbers a value when its first user is written: the inner function before the add's number (from TVM's own tests). */
const BRANCHES = `def @main(%x: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */) -> Tensor[(1, 8), int8] {
  %0 = clip(%x, a_min=0f, a_max=1f) /* ty=Tensor[(1, 8), int8] */;
  %2 = fn (%y: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */, Composite="c") -> Tensor[(1, 8), int8] {
    %1 = clip(%y, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
    add(%1, %1) /* ty=Tensor[(1, 8), int8] */
  } /* ty=fn (Tensor[(1, 8), int8]) -> Tensor[(1, 8), int8] */;
  %3 = clip(%0, a_min=0f, a_max=3f) /* ty=Tensor[(1, 8), int8] */;
  %4 = %2(%x) /* ty=Tensor[(1, 8), int8] */;
  add(%3, %4) /* ty=Tensor[(1, 8), int8] */
}
`;

/** The inner function's text is made before those of the arguments, so its numbers are the lower ones. */
const ARGUMENTS = `def @main(%x: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */) -> Tensor[(1, 8), int8] {
  %1 = clip(%x, a_min=0f, a_max=1f) /* ty=Tensor[(1, 8), int8] */;
  %2 = clip(%1, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
  %3 = fn (%y: Tensor[(1, 8), int8] /* ty=Tensor[(1, 8), int8] */, Composite="c") -> Tensor[(1, 8), int8] {
    %0 = clip(%y, a_min=0f, a_max=2f) /* ty=Tensor[(1, 8), int8] */;
    add(%0, %0) /* ty=Tensor[(1, 8), int8] */
  } /* ty=fn (Tensor[(1, 8), int8]) -> Tensor[(1, 8), int8] */;
  %3(%2) /* ty=Tensor[(1, 8), int8] */
}
`;

it.each([
  ['the network as built', BUILT, false],
  ['the compiled network', COMPILED, true],
  ['two branches and an inner function', BRANCHES, true],
  ['an inner function of computed arguments', ARGUMENTS, true],
])('%s prints as it was read', (_, text, types) => {
  const main = parseRelay(text, { file: 'net.relay', standInConstants: true });
  expect(printModule(main, { types })).toBe(text);
});

it('keeps values in the metadata section, so that the compiled network reads back whole', () => {
  const main = parseRelay(COMPILED, { file: 'net.relay', standInConstants: true });
  const text = printModule(main, { types: true, metadata: true });
  expect(text.startsWith(`#[version = "0.0.5"]\n${COMPILED}\n#[metadata]\n`)).toBe(true);
  expect(printModule(parseRelay(text, { file: 'net.relay' }), { types: true, metadata: true })).toBe(text);
});
