/** The few emphases that the terminal output uses; each returns its text unchanged where colour is off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly notice: (text: string) => string;
}

const wrap =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;
const plain = (text: string): string => text;

const COLOURED: Style = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  good: wrap(32, 39),
  bad: wrap(31, 39),
  notice: wrap(33, 39),
};
const PLAIN: Style = { bold: plain, dim: plain, good: plain, bad: plain, notice: plain };

export const style = (colour: boolean): Style => (colour ? COLOURED : PLAIN);

/** What decides about colour: the stream, and the variables that users set. */
export interface TerminalFacts {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Columns where the output is no terminal, and at most on a terminal that does not say. */
export const DEFAULT_COLUMNS = 100;

/**
 * `renderTable`'s options for a stream: colour only on a terminal, never with a non-empty NO_COLOR (no-color.org) or with
 * TERM=dumb; the terminal's width, 100 columns elsewhere.
 */
export function terminalOptions(
  stream: TerminalFacts,
  env: Readonly<Record<string, string | undefined>>,
): { readonly columns: number; readonly colour: boolean } {
  const terminal = stream.isTTY === true;
  return {
    columns: (terminal ? stream.columns : undefined) ?? DEFAULT_COLUMNS,
    colour: terminal && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
