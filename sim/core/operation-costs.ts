import { type ArrayParameters, DEFAULT_ARRAY } from '../isa/array.js';
import { issuedMacs, operationCycles } from '../isa/cycles.js';
import type { ConvOperation, Operation } from '../isa/operation.js';
import type { CycleParameters } from '../isa/parameters.js';

/** Whether two convs cost the same: they differ at most in addresses and in what is done with the sums. */
const sameConv = (a: ConvOperation, b: ConvOperation): boolean =>
  a.channels === b.channels &&
  a.blocks === b.blocks &&
  a.rows === b.rows &&
  a.kernelWidth === b.kernelWidth &&
  a.kernelHeight === b.kernelHeight &&
  a.columnGroups === b.columnGroups &&
  a.outputRows === b.outputRows &&
  a.stride === b.stride &&
  a.padding.top === b.padding.top;

/** What operations cost under one set of parameters; one that costs what the conv before it did is not counted anew. */
export class OperationCosts {
  readonly #parameters: CycleParameters;
  readonly #array: ArrayParameters;
  #conv: ConvOperation | undefined;
  #convCycles = 0;
  #convMacs = 0;

  constructor(parameters: CycleParameters, array: ArrayParameters = DEFAULT_ARRAY) {
    this.#parameters = parameters;
    this.#array = array;
  }

  /** `operationCycles` under the parameters. */
  cycles(o: Operation): number {
    return this.#isKnown(o) ? this.#convCycles : operationCycles(o, this.#parameters, this.#array);
  }

  /** `issuedMacs`. */
  macs(o: Operation): number {
    return this.#isKnown(o) ? this.#convMacs : issuedMacs(o, this.#array);
  }

  #isKnown(o: Operation): boolean {
    if (o.kind !== 'conv') return false;
    if (this.#conv !== undefined && sameConv(o, this.#conv)) return true;
    this.#conv = o;
    this.#convCycles = operationCycles(o, this.#parameters, this.#array);
    this.#convMacs = issuedMacs(o, this.#array);
    return true;
  }
}
