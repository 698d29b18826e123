/** The environment without what would make a command write for GitHub or in colour, and with `extra`. */
export function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { GITHUB_ACTIONS: _, GITHUB_STEP_SUMMARY: __, ...rest } = process.env;
  return { ...rest, ...extra };
}
