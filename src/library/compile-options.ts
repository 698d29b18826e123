import { type CompileOptions, DEFAULT_OPTIONS } from '../compile.js';
import type { MapChoice } from '../results/mapping.js';

/** Compile options as a caller gives them: those left out take their defaults. */
export interface CompileChoices extends Partial<CompileOptions> {
  /** Puts each conv and dense layer on the core that `mapNetwork` finds for it; without it they stay where the network has them. */
  readonly map?: MapChoice;
}

/** The choices with the defaults for the rest. */
export const compileOptions = ({
  target,
  hardware,
  fuse,
  l1Reuse,
  analog,
  pixels,
}: CompileChoices): CompileOptions => ({
  target: target ?? DEFAULT_OPTIONS.target,
  hardware: hardware ?? DEFAULT_OPTIONS.hardware,
  fuse: fuse ?? DEFAULT_OPTIONS.fuse,
  l1Reuse: l1Reuse ?? DEFAULT_OPTIONS.l1Reuse,
  analog: analog ?? DEFAULT_OPTIONS.analog,
  pixels: pixels ?? DEFAULT_OPTIONS.pixels,
});
