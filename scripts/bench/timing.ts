/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

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

/**
 * Median milliseconds (CPU time) of each action. All run once to warm up, then `rounds` times in turn, so that whatever else the
 * machine does falls on all of them alike.
 */
export function sideBySide<K extends string>(
  actions: Readonly<Record<K, () => void>>,
  rounds: number,
): Record<K, number> {
  const names = Object.keys(actions) as K[];
  for (const name of names) actions[name]();
  const times = Object.fromEntries(names.map((n) => [n, [] as number[]])) as Record<K, number[]>;
  for (let i = 0; i < rounds; i++) for (const name of names) times[name].push(milliseconds(actions[name]));
  return Object.fromEntries(names.map((n) => [n, median(times[n])])) as Record<K, number>;
}
