import { UserError } from './errors.js';

/** Parses JSON; the error names the file, says whether it looks cut off, and ends with `fix`. */
export function parseJson(
  text: string,
  name: string,
  fix = 'Write it again with the command that made it.',
): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') throw new UserError(`${name} is empty; expected JSON.`);
    const cutOff = /^\s*[{[]/.test(text) && !/[}\]]\s*$/.test(text);
    const reason = cutOff
      ? 'it ends in the middle (truncated?)'
      : (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new UserError(`${name} is not valid JSON: ${reason}. ${fix}`);
  }
}
