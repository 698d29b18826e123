/**
 * Milliseconds of CPU time that this process spends on the action, all threads of the engine counted: on a machine that does
 * other work besides, time on the clock says more about that work.
 */
export function milliseconds(action: () => void): number {
  const start = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** How long actions run before they count, and in each round, milliseconds of CPU time at least. */
export interface Durations {
  readonly warmUp: number;
  readonly round: number;
}

/** Runs the action for `least` milliseconds of CPU time, at least once. Returns how often it ran. */
function repeat(action: () => void, least: number): number {
  let times = 0;
  for (let spent = 0; times === 0 || spent < least; times++) spent += milliseconds(action);
  return times;
}

/**
 * Milliseconds (CPU time) of each action in the round where it took least: other work on the machine only adds. All warm up, until the engine
 * has compiled them; then they run in turn, `rounds` times. In a round each runs as often as it did in `round` milliseconds of the last part of
 * its warm-up, and what it leaves to collect is collected.
 */
export function sideBySide<K extends string>(
  actions: Readonly<Record<K, () => void>>,
  rounds: number,
  { warmUp, round }: Durations,
): Record<K, number> {
  const names = Object.keys(actions) as K[];
  for (const name of names) repeat(actions[name], warmUp);
  const times = Object.fromEntries(names.map((n) => [n, [] as number[]])) as Record<K, number[]>;
  const runs = Object.fromEntries(names.map((n) => [n, 1])) as Record<K, number>;
  if (round > 0) for (const name of names) runs[name] = repeat(actions[name], round);
  for (let i = 0; i < rounds; i++)
    for (const name of names) {
      const spent = milliseconds(() => {
        for (let n = 0; n < runs[name]; n++) actions[name]();
      });
      times[name].push(spent / runs[name]);
    }
  return Object.fromEntries(names.map((n) => [n, Math.min(...times[n])])) as Record<K, number>;
}

const lowerQuartile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)]!;

/**
 * The lower quartile of each action's milliseconds (CPU time), run by run in turn until each has run for `least` milliseconds: a machine that gets
 * slower or faster for a while does so for all, so that ratios hold, and other work only adds. All warm up before.
 */
export function inTurn<K extends string>(
  actions: Readonly<Record<K, () => void>>,
  { warmUp, least }: { readonly warmUp: number; readonly least: number },
): Record<K, number> {
  const names = Object.keys(actions) as K[];
  for (const name of names) repeat(actions[name], warmUp);
  const times = Object.fromEntries(names.map((n) => [n, [] as number[]])) as Record<K, number[]>;
  const spent = (name: K): number => times[name].reduce((a, b) => a + b, 0);
  while (names.some((name) => spent(name) < least))
    for (const name of names) times[name].push(milliseconds(actions[name]));
  return Object.fromEntries(names.map((n) => [n, lowerQuartile(times[n])])) as Record<K, number>;
}
