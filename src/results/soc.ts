/** Optimization levels of the C compiler that a network is built with for the SoC. */
export const OPTIMIZATIONS = ['O0', 'O1', 'O2', 'O3', 'Os'] as const;
export type Optimization = (typeof OPTIMIZATIONS)[number];

/** Cycles of a network or of one of its kernels on the SoC, each cycle with one reason. */
export interface SocCycles {
  readonly cycles: number;
  /** While a job of a core ran; the host polls meanwhile. */
  readonly core: number;
  /** Host code of accelerated layers: loops over tiles, register writes, the rest of the last poll. */
  readonly drivers: number;
  /** Host kernels. */
  readonly kernels: number;
}

export interface SocLayer {
  /** The layer's function, as in LayerResult.name. */
  readonly name: string;
  /** From the call to the return. */
  readonly cycles: number;
  /** Part of `cycles` during which a job ran. */
  readonly core: number;
}

/**
 * One run of a network's cross-compiled C project on the modelled SoC, instruction by instruction, and how it compared with the
 * reference and the Program. The cycles are the SoC model's, never measurements on the chip.
 */
export interface SocRun {
  readonly run: number;
  /** "riscv64-unknown-elf-gcc 12.2.0": the host's cycles depend on it. */
  readonly compiler: string;
  readonly optimization: Optimization;
  readonly ok: boolean;
  /** The first difference; present where `ok` is false. */
  readonly difference?: string;
  /** Outputs of the network that were compared with the reference. */
  readonly outputs: number;
  /** Whether a float output differs from the reference in its last bits, and by how much it may; absent where all bytes are equal. */
  readonly tolerance?: string;
  /** Jobs of the cores whose register writes and instructions were compared with the Program's. */
  readonly jobs: number;
  /** From reset to exit, with start-up, the sample input and what the demo prints. */
  readonly programCycles: number;
  readonly programInstructions: number;
  /** `tvmgen_default_run`, from the call to the return. */
  readonly network: SocCycles;
  readonly layers: readonly SocLayer[];
}
