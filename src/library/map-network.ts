import type { Model } from '../ir/expr.js';
import { type MappedModel, mapModel } from '../mapping/map-network.js';
import type { MapChoice } from '../results/mapping.js';
import { type CompileChoices, compileOptions } from './compile-options.js';

export type { MappedModel } from '../mapping/map-network.js';

/**
 * The network with its convs and dense layers on the cores where `map` puts them: "digital" or "analog" wherever that is possible, "fastest" or
 * "greenest" each where the whole network takes the fewest cycles or the least energy by the model. `mapping` says where each layer went, what
 * it costs on either core, and whether its values differ from the network as written. The result is a network of its own, exact against its own
 * reference; whether it is still precise enough is for labelled data to say.
 *
 * Throws a UserError for a target without the cores, a LimitError where no mapping fits the memories.
 *
 * @example
 * const { mapping } = mapNetwork(buildModel('resnet8-mixed'), 'fastest');
 * console.log(mapping.layers.filter((l) => l.core === 'analog').length, mapping.total.cycles);
 */
export const mapNetwork = (model: Model, map: MapChoice, choices: CompileChoices = {}): MappedModel =>
  mapModel(model, map, compileOptions(choices));

/** The network as `choices.map` has it; the network itself where nothing is asked for. */
export const asMapped = (model: Model, choices: CompileChoices): Model =>
  choices.map === undefined ? model : mapNetwork(model, choices.map, choices);
