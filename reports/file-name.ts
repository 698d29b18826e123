/** The name of a model as a part of a file's name: no folder, no hidden file, no blank. */
export const fileNamePart = (model: string): string =>
  model.replaceAll(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '_');
