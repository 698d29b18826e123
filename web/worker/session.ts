import { runProgram } from '../../sim/program/run.js';
import { builtinInputs } from '../../src/models/builtin-input.js';
import { choicesOf } from './choices.js';
import { type Graph, graphOfProgram, graphsOf } from './graph.js';
import { type LayerView, LayerViews } from './layer.js';
import {
  type Advice,
  advise,
  baselineOf,
  builtinInput,
  type ComparisonDocument,
  compareBaselines,
  compile,
  disassemble,
  emitC,
  estimate,
  GENERATOR,
  type Inputs,
  type MappedModel,
  type Model,
  mapNetwork,
  type Program,
  type Progress,
  programInputs,
  type ResultDocument,
  type RunResult,
  render,
  renderProgram,
  setWasmFolder,
  simulate,
  type TextFormat,
  UserError,
  verify,
} from './library.js';
import { type QuantizeRequest, type QuantizeResult, quantizeFiles } from './quantize.js';
import type { Settings } from './settings.js';
import { type Loaded, load, type Source } from './source.js';
import { Tensors, type TensorView } from './tensors.js';

/** What is known as soon as a source is read: what it would cost. */
export interface Opened {
  readonly kind: Loaded['kind'];
  readonly name: string;
  readonly warnings: readonly string[];
  readonly document: ResultDocument;
}

/** A file to save. */
export interface Made {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The core's memories after a job. */
export interface MemoryView {
  readonly l1: Uint8Array;
  readonly weights: Uint8Array;
}

type Report = (progress: Progress) => void;

/** One network or result in the worker, with everything that the page may ask of it. The page calls these methods by name. */
export class Session {
  #loaded: Loaded | undefined;
  #settings: Settings | undefined;
  #program: Program | undefined;
  #document: ResultDocument | undefined;
  #views: LayerViews | undefined;
  #c: Map<string, string> | undefined;
  #tensors = new Tensors();

  /** Reads and compiles a source and counts its cycles; no value is computed. */
  open(source: Source, settings: Settings): Opened {
    this.#loaded = mapped(load(source), settings);
    this.#settings = settings;
    this.#views = undefined;
    this.#c = undefined;
    this.#tensors = new Tensors();
    const loaded = this.#loaded;
    if (loaded.kind === 'result') {
      this.#program = undefined;
      this.#document = loaded.document;
      const name = loaded.document.models.map(({ run }) => run.model).join(', ');
      return { kind: 'result', name, warnings: [], document: loaded.document };
    }
    this.#program = loaded.kind === 'program' ? loaded.program : compile(loaded.model, choicesOf(settings));
    this.#document = documentOf(estimate(this.#program), this.#model());
    return {
      kind: loaded.kind,
      name: this.#program.manifest.model,
      warnings: loaded.kind === 'model' ? loaded.warnings : [],
      document: this.#document,
    };
  }

  /** Simulates the program and, where there is a model and `reference` is set, compares every tensor with the reference. */
  async run(wasmFolder: string, report: Report): Promise<ResultDocument> {
    const program = this.#needProgram();
    const { seed, reference } = this.#settings!;
    const model = this.#model();
    this.#tensors = new Tensors();
    const options = { seed, onProgress: report };
    if (model !== undefined && reference) {
      setWasmFolder(wasmFolder);
      const onTensor = this.#tensors.compared;
      this.#document = await verify(model, { ...options, ...choicesOf(this.#settings!), program, onTensor });
    } else this.#document = (await simulate(program, options)).document;
    return this.#document;
  }

  /** The network as given (where there is a model) and as laid out for the chip. */
  graphs(): { readonly before?: Graph; readonly after: Graph } {
    const program = this.#needProgram();
    const model = this.#model();
    return model === undefined
      ? { after: graphOfProgram(program) }
      : graphsOf(model, program, choicesOf(this.#settings!));
  }

  layer(id: number): LayerView {
    const program = this.#needProgram();
    this.#views ??= new LayerViews(program, this.#project(), this.#model(), choicesOf(this.#settings!));
    return this.#views.view(id);
  }

  /** The values of a layer's output on both sides; undefined where the run did not compare it. */
  tensor(name: string): TensorView | undefined {
    return this.#tensors.view(name);
  }

  /** What L1 and the weight memory hold after the job of a step. */
  memories(step: number): MemoryView | undefined {
    const program = this.#needProgram();
    let found: MemoryView | undefined;
    runProgram(program, this.#inputs(), {
      onJob: (event) => {
        if (event.step === step) found = event.memories();
      },
    });
    return found;
  }

  /** The network compiled and counted with other settings; what it would cost then. */
  whatIf(settings: Settings): RunResult {
    const model = this.#model();
    if (model === undefined)
      throw new UserError('only a network can be compiled again; this is a Program or a result.');
    return estimate(compile(model, choicesOf(settings)));
  }

  /** Two runs side by side, layers that moved first; every parameter set is allowed. */
  compare(before: RunResult, after: RunResult): ComparisonDocument {
    const of = (run: RunResult) =>
      baselineOf(
        { ...run, outputs: {}, layers: run.layers.map(({ checksum: _, ...layer }) => layer) },
        '0',
        GENERATOR,
      );
    return compareBaselines([of(before)], [of(after)], { allowParameters: true });
  }

  advise(): Advice {
    const model = this.#model();
    if (model === undefined) throw new UserError('advice needs the network; this is a Program or a result.');
    return advise(model, choicesOf(this.#settings!));
  }

  quantize(request: QuantizeRequest, report: Report): Promise<QuantizeResult> {
    return quantizeFiles(request, report);
  }

  /** The result in one of the text formats. */
  report(format: TextFormat): string {
    if (this.#document === undefined) throw new UserError('nothing was run yet.');
    return render(this.#document, format);
  }

  disassembly(): string {
    return disassemble(this.#needProgram());
  }

  /** The files of the C project or of the Program, by path. */
  files(what: 'c' | 'program'): Map<string, string | Uint8Array> {
    return what === 'c' ? new Map(this.#project()) : renderProgram(this.#needProgram());
  }

  #project(): Map<string, string> {
    const program = this.#needProgram();
    this.#c ??= emitC(program, { inputs: this.#inputs() });
    return this.#c;
  }

  #model(): Model | undefined {
    return this.#loaded?.kind === 'model' ? this.#loaded.model : undefined;
  }

  #inputs(): Inputs {
    const program = this.#needProgram();
    const model = this.#model();
    const { seed } = this.#settings!;
    return model === undefined
      ? builtinInputs(program.manifest.model, programInputs(program), seed, 0)
      : builtinInput(model, seed, 0);
  }

  #needProgram(): Program {
    if (this.#program === undefined)
      throw new UserError('a result holds no program; open the network or the Program itself.');
    return this.#program;
  }
}

const documentOf = (run: RunResult, model: Model | undefined): ResultDocument => {
  const { mapping } = (model ?? {}) as Partial<MappedModel>;
  return {
    format: 'diana-sim-result',
    version: 1,
    generator: GENERATOR,
    command: 'simulate',
    models: [{ run, verdicts: [], ...(mapping === undefined ? {} : { mapping }) }],
  };
};

/** A network with its layers where the settings put them. */
const mapped = (loaded: Loaded, settings: Settings): Loaded =>
  loaded.kind !== 'model' || settings.map === 'written'
    ? loaded
    : { ...loaded, model: mapNetwork(loaded.model, settings.map, choicesOf(settings)) };
