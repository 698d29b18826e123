import { ARRAY_CHANNELS } from '../../sim/isa/geometry.js';
import type { Call, Expr, Func } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import type { Change } from './change.js';
import { type ChannelGroup, channelGroup, isFullSum } from './channel-group.js';
import { resizeChannels } from './resize-channels.js';

const namesOf = (makers: readonly Call[]): string => {
  const names = [...new Set(makers.map((m) => m.label.layer ?? m.op))];
  return names.length < 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
};

/** The group's channels as whole multiples of the array's: fewer of them, and more of them in lanes that idle. */
function changesOfGroup(group: ChannelGroup, makers: readonly Call[], main: Func, lanes: number): Change[] {
  const { channels } = group;
  const [fewer, more] = [Math.floor(channels / lanes) * lanes, Math.ceil(channels / lanes) * lanes];
  const layer = makers.find((m) => m.label.layer !== undefined)?.label.layer;
  const layers = new Set(makers.flatMap((m) => m.label.layer ?? []));
  const of = `the ${channels} output channels of ${namesOf(makers)}`;
  const common = { layer, layers, keeps: false } as const;
  return [
    ...(fewer === 0
      ? []
      : [
          {
            ...common,
            what: `round ${of} down to ${fewer}, a multiple of ${lanes}`,
            outputs: group.output
              ? `are ${channels - fewer} fewer`
              : 'become those of a smaller network, to be trained again',
            apply: () => resizeChannels(main, group, fewer),
          },
        ]),
    {
      ...common,
      room: true,
      what: `widen ${of} to ${more}: ${more - channels} more in lanes that idle now`,
      outputs: group.output
        ? `the same, and ${more - channels} more channels`
        : 'the same as long as the new channels have weights of 0; trained, they may tell more',
      apply: () => resizeChannels(main, group, more),
    },
  ];
}

/** Numbers of channels that are no multiple of the array's, each group of layers that share one number once. */
export function widthChanges(
  main: Func,
  users: ReadonlyMap<Expr, readonly Expr[]>,
  lanes: number = ARRAY_CHANNELS,
): Change[] {
  const seen = new Set<Call>();
  const changes: Change[] = [];
  for (const e of postOrder(main.body)) {
    if (e.kind !== 'call' || !isFullSum(e) || seen.has(e)) continue;
    const group = channelGroup(e, main, users);
    if (group === undefined || group.channels % lanes === 0) continue;
    const makers = postOrder(main.body).filter((x): x is Call => x.kind === 'call' && group.makers.has(x));
    for (const maker of makers) seen.add(maker);
    changes.push(...changesOfGroup(group, makers, main, lanes));
  }
  return changes;
}
