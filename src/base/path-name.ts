/**
 * Parts of a file's name as messages and names of models need them. Text only: a name may come from a browser, where there are no
 * paths. Both separators count.
 */
const SEPARATOR = /[/\\]/;

/** "net.onnx" of "models/net.onnx". */
export const baseName = (path: string): string =>
  path
    .split(SEPARATOR)
    .filter((p) => p !== '')
    .at(-1) ?? '';

/** ".onnx" of "models/net.onnx", "" without one; a name's leading dot begins no ending. */
export function ending(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

/** "net" of "models/net.onnx". */
export const stem = (path: string): string => {
  const end = ending(path);
  const name = baseName(path);
  return end === '' ? name : name.slice(0, -end.length);
};
