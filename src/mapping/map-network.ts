import { LimitError, UserError } from '../base/errors.js';
import type { CompileOptions } from '../compile.js';
import type { Func, Model } from '../ir/expr.js';
import { modelOf } from '../ir/model-of.js';
import { bindParameters } from '../passes/bind.js';
import { isRefusal, type Refusal } from '../passes/pattern.js';
import type { MapChoice, MappedCost, MappedLayer, Mapping } from '../results/mapping.js';
import { cheapestByCut, type Measure } from './cheapest.js';
import { type Counted, count, NOTHING, plus } from './count.js';
import { allOn, type Choice, rewriteSites } from './rewrite.js';
import { bestOf, Counter, everyChoice, improve, MOST_FOR_ALL } from './search.js';
import { type Layers, layersOf, type Site } from './sites.js';

/** A network with its layers on the cores that a mapping gives them, and that mapping. */
export interface MappedModel extends Model {
  readonly mapping: Mapping;
}

/** Costs of single layers are looked up where memory is no matter: L2 does not change what a layer costs. */
const ROOMY_L2 = 32 * 1024 * 1024;

const MEASURES: Readonly<Record<'fastest' | 'greenest', Measure>> = {
  fastest: ({ cycles }) => cycles,
  greenest: ({ microjoules }) => microjoules,
};

/** What was looked for and found. */
interface Found {
  readonly counted: Counted;
  readonly search: string;
}

function checkOptions(asked: MapChoice, { target, analog }: CompileOptions): void {
  if (target === 'c') throw new UserError(`--map ${asked} needs the cores; leave --target c out.`);
  if (!analog) throw new UserError(`--map ${asked} needs the analog core; leave --no-analog out.`);
}

const fixedBecause = ({ attribute, value, supported }: Refusal): string =>
  `${attribute} ${value}; the other core takes ${supported}`;

function mappedLayer(
  site: Site,
  i: number,
  chosen: Counted,
  costs: { readonly digital: Counted; readonly analog: Counted },
): MappedLayer {
  const core = chosen.choice[i]!;
  const { name, written, other } = site;
  const only = isRefusal(other) ? written : undefined;
  return {
    layer: name,
    core,
    written,
    cost: chosen.sites[i]!,
    ...(only === 'analog' ? {} : { digital: costs.digital.sites[i]! }),
    ...(only === 'digital' ? {} : { analog: costs.analog.sites[i]! }),
    ...(core === written || isRefusal(other) ? {} : { values: other.exact ? 'same' : 'differ' }),
    ...(isRefusal(other) ? { fixed: fixedBecause(other) } : {}),
  };
}

function describe(
  asked: MapChoice,
  found: Counted,
  layers: Layers,
  costs: { readonly digital: Counted; readonly analog: Counted },
  pure: Readonly<Record<'asWritten' | 'allDigital' | 'allAnalog', Counted | LimitError>>,
  search: string,
): Mapping {
  const onLayers = found.sites.reduce(plus, NOTHING);
  const { total, transforms } = found;
  const given = Object.entries(pure).flatMap(([key, counted]): [string, MappedCost][] =>
    counted instanceof LimitError ? [] : [[key, counted.total]],
  );
  return {
    asked,
    search,
    layers: layers.sites.map((site, i) => mappedLayer(site, i, found, costs)),
    transforms,
    rest: {
      cycles: total.cycles - onLayers.cycles - transforms.cycles,
      // What is left of a difference of sums may be a rounding error below nothing.
      microjoules: Math.max(0, total.microjoules - onLayers.microjoules - transforms.microjoules),
    },
    total,
    ...Object.fromEntries(given),
  };
}

/** The cheapest mapping: of all where there are few, else by minimum cut and single moves. Throws where none fits the memories. */
function cheapest(
  main: Func,
  layers: Layers,
  costs: { readonly digital: Counted; readonly analog: Counted },
  counter: Counter,
  options: CompileOptions,
  measure: Measure,
): Found {
  const { sites } = layers;
  const written: Choice = sites.map((s) => s.written);
  const free = sites.filter((s) => !isRefusal(s.other)).length;
  const ends = [written, allOn(sites, 'digital'), allOn(sites, 'analog')];
  const choices =
    free <= MOST_FOR_ALL
      ? everyChoice(sites, written)
      : [...ends, cheapestByCut(main, layers, costs, options, measure)];
  const start = bestOf(choices, counter, measure);
  if (start === undefined) {
    const why = counter.of(choices.at(-1)!);
    throw why instanceof LimitError ? why : new Error('a mapping that fits was not found');
  }
  if (free <= MOST_FOR_ALL)
    return {
      counted: start,
      search: `the best of all ${counter.counted} mappings, each compiled and counted`,
    };
  const counted = improve(start, sites, counter, measure);
  return {
    counted,
    search:
      'a minimum cut over the costs of layers and transforms, then single layers moved until none made the whole network cheaper ' +
      `(${counter.counted} mappings compiled and counted): no worse than as written, all digital or all analog, and not proven to be the best`,
  };
}

/**
 * The network with its convs and dense layers on the cores where `asked` puts them: on one core wherever that is possible, or each where the
 * whole network takes the fewest cycles or the least energy by the model. A layer of the analog core becomes one of the digital core by
 * folding its batch norm into int8 weights; one of the digital core becomes analog where its weights are ternary. Values may differ from
 * the network as written (`values` of each layer); the result is a network of its own, exact against its own reference.
 *
 * Throws a UserError for options without the cores, a LimitError where no mapping fits the memories.
 */
export function mapModel(model: Model, asked: MapChoice, options: CompileOptions): MappedModel {
  checkOptions(asked, options);
  const main = bindParameters(model);
  const layers = layersOf(main, { chip: options.hardware.chip, analog: true });
  const { sites } = layers;
  const counter = new Counter((choice) => count(model.name, main, sites, choice, options));
  const { chip } = options.hardware;
  const roomy: CompileOptions = {
    ...options,
    hardware: { ...options.hardware, chip: { ...chip, l2Bytes: Math.max(chip.l2Bytes, ROOMY_L2) } },
  };
  const roomyCount = (choice: Choice): Counted => {
    const counted = counter.of(choice);
    const roomier = counted instanceof LimitError ? count(model.name, main, sites, choice, roomy) : counted;
    if (roomier instanceof LimitError) throw roomier;
    return roomier;
  };
  const written: Choice = sites.map((s) => s.written);
  const pureChoices = { digital: allOn(sites, 'digital'), analog: allOn(sites, 'analog') };
  const costs = { digital: roomyCount(pureChoices.digital), analog: roomyCount(pureChoices.analog) };
  const found: Found =
    asked === 'digital' || asked === 'analog'
      ? {
          counted: costs[asked],
          search: `every layer that the ${asked} core takes is there; nothing was searched`,
        }
      : cheapest(main, layers, costs, counter, options, MEASURES[asked]);
  const pure = {
    asWritten: counter.of(written),
    allDigital: counter.of(pureChoices.digital),
    allAnalog: counter.of(pureChoices.analog),
  };
  const moved = rewriteSites(main, sites, found.counted.choice);
  const mapped = moved === main ? model : { ...model, ...modelOf(model.name, moved) };
  return { ...mapped, mapping: describe(asked, found.counted, layers, costs, pure, found.search) };
}
