/**
 * diana-sim as a library: from data to data. Models, Programs, tensors and results are plain objects; nothing here reads a file, prints
 * or starts a process, so that it runs in Node and in browsers alike. `diana-sim/node` adds files and tools.
 *
 *     import { allEqual, buildModel, verify } from 'diana-sim';
 *     const result = await verify(buildModel('resnet8'));
 *     console.log(allEqual(result), result.models[0].run.totals.totalCycles);
 *
 * @module
 */

// Running and comparing
export { BACKENDS, type BackendName, setWasmFolder } from '../golden/platform.js';
export { parseRecorded, type RecordedFile, type RecordedTensor, type TextOrder } from '../golden/recorded.js';
export type { RecordedComparison } from '../golden/recorded-match.js';
// Results, reports, regressions
export { findingLines } from '../reports/findings.js';
export { FORMAT_NAMES, render, type TextFormat } from '../reports/formats.js';
export {
  type Commit,
  type ExtendOptions,
  extendHistory,
  historyEntries,
  readHistory,
  renderHistoryLines,
} from '../reports/history/entries.js';
export { renderHistoryHtml } from '../reports/history/html.js';
export {
  type HistoryTableOptions,
  renderHistoryMarkdown,
  renderHistoryTable,
} from '../reports/history/texts.js';
export { renderCheckHtml } from '../reports/html/findings.js';
export { mergeResults } from '../reports/merge.js';
export { readResult } from '../reports/read.js';
export { type Baseline, baselinesOfResult, readBaseline } from '../reports/regression/baseline.js';
export {
  type ComparisonDocument,
  type FailOn,
  failures,
} from '../reports/regression/comparison.js';
export { renderComparisonHtml } from '../reports/regression/html.js';
export { renderComparisonMarkdown } from '../reports/regression/markdown.js';
export { renderComparisonTable } from '../reports/regression/table.js';
export { parseThreshold, type Threshold, type Thresholds } from '../reports/regression/threshold.js';
// Errors of running programs
export { StoppedByFinding } from '../sim/check/finding-log.js';
export { preparePeArray } from '../sim/core/default-pe-array.js';
// Compiling
export type { ArrayParameters } from '../sim/isa/array.js';
export {
  type ChipParameters,
  type CycleParameters,
  DEFAULT_PARAMETERS,
  type HardwareParameters,
} from '../sim/isa/parameters.js';
export { ProgramFault } from '../sim/program/fault.js';
export type { JobEvent } from '../sim/program/run-options.js';
export { MachineFault } from '../sim/rv32/faults.js';
export { ElfError } from '../sim/soc/elf-reader.js';
export { type RunOptions as ElfOptions, runElf, type SocResult } from '../sim/soc/run-elf.js';
export { advise, applyAdvice } from './advise/advise.js';
export { withAdvice } from './advise/with-advice.js';
// Data
export type { DType } from './base/dtype.js';
export type { Limit } from './base/errors.js';
export { LimitError, UserError } from './base/errors.js';
export { decodeNpy, encodeNpy } from './base/npy.js';
export { decodeNpz } from './base/npz.js';
export { type Random, random, randomInts, randomUniform, type Seed } from './base/random.js';
export { type Shape, type Tensor, tensor } from './base/tensor.js';
// Models: built, by name, and from files
export type { AnalogLayerOptions } from './builder/analog-layer.js';
export type { ConvLayerOptions, Requantization } from './builder/layers.js';
export { ModelBuilder } from './builder/model-builder.js';
/** Relay's operators as functions: `op.qnnConv2d`, `op.biasAdd`, `op.rightShift`, ... */
export * as op from './builder/operators.js';
export { type CompileOptions, type Partitioned, TARGETS, type Target } from './compile.js';
// What if: other parameters
export { parseAxis } from './explore/axis.js';
export { type ExploreOptions, explore } from './explore/explore.js';
export { type LoadedModel, type LoadOptions, loadModel, type ModelFile } from './frontends/load.js';
export type { ExternalData } from './frontends/onnx/tensors.js';
export { call, constant, scalar, tuple, tupleGetItem } from './ir/build.js';
export { type Expr, type Func, inputsOf, type Model } from './ir/expr.js';
export {
  type BaselineOptions,
  baseline,
  type CompareBaselinesOptions,
  compareBaselines,
} from './library/baseline.js';
export { type CProjectOptions, emitC } from './library/c-project.js';
export { checkDocument } from './library/check-document.js';
export { type CompileChoices, compile, partition } from './library/compile.js';
export {
  type ElfKernel,
  type ElfVerification,
  type VerifyElfOptions,
  verifyElf,
} from './library/elf/verify-elf.js';
export { estimate } from './library/estimate.js';
export { type MappedModel, mapNetwork } from './library/map-network.js';
// Quantizing
export { divideSamples, type QuantizeOptions, quantize } from './library/quantize.js';
export { type RecordedVectors, recordedVectors } from './library/recorded-vectors.js';
export { allEqual, joinDocuments, strongEnough } from './library/result-document.js';
export { samplesOf } from './library/samples.js';
export {
  type DeclaredInput,
  modelInputs,
  programInputs,
  type SimulateOptions,
  type Simulation,
  simulate,
} from './library/simulate.js';
export { type StimulateOptions, type Stimulation, stimulate } from './library/stimulate.js';
export type { Progress, WorkOptions } from './library/turns.js';
export type { TensorPair, VerifiedRun } from './library/verified-run.js';
export { type FinishedRun, type Inputs, type VerifyOptions, verify } from './library/verify.js';
export { builtinInput } from './models/builtin-input.js';
export {
  buildModel,
  expandModels,
  type ModelEntry,
  modelNames,
  suiteModels,
  suiteNames,
} from './models/registry.js';
export { disassemble } from './program/disassemble.js';
export {
  type MemorySizes,
  overrideHardware,
  overrideMemories,
  parseHardware,
} from './program/hardware-overrides.js';
export { type ProgramFiles, parseProgram } from './program/parse.js';
export { renderProgram } from './program/render.js';
export type * from './program/types.js';
export {
  type Agreement,
  type FloatOperator,
  type InputMap,
  type LayerReport,
  type Quantized,
  quantizedInput,
} from './quantize/index.js';
export { loadRelay, type RelayParameters, renderRelay } from './relay/load.js';
export { readParams, writeParams } from './relay/params-file.js';
export { type ParseOptions, parseRelay } from './relay/parse.js';
export { type PrintOptions, printModule } from './relay/print.js';
export type * from './results/advice.js';
export type * from './results/check-document.js';
export type * from './results/document.js';
export { energyOf, POWER } from './results/energy.js';
export type * from './results/explanation.js';
export type * from './results/exploration.js';
export type * from './results/finding.js';
export type * from './results/history.js';
export type * from './results/mapping.js';
export type * from './results/run.js';
export type * from './results/soc.js';
export type * from './results/strength.js';
export { isStrongEnough, shareNoticed } from './results/strength.js';
export type * from './results/verdict.js';
export type { StrengthOptions } from './strength/measure.js';
export type { SearchOptions } from './strength/stimulate.js';
