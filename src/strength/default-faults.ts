/** Faults that a network's sample has by default. Stands alone: the command line's options need it before anything runs. */
export const DEFAULT_FAULTS = 200;
