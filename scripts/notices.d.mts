/** The notices of the packages that modules belong to, by their paths. */
export function notices(modules: readonly string[]): string;
