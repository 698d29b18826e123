import { renderCheckJson } from '../../../reports/check-json.js';
import { findingLines } from '../../../reports/findings.js';
import { findingAnnotation } from '../../../reports/github.js';
import { renderCheckHtml } from '../../../reports/html/findings.js';
import { plural } from '../../../reports/numbers.js';
import { checkDocument } from '../../library/check-document.js';
import { writeFileAtomic, writeFolderAtomic } from '../../node/atomic-write.js';
import type { Finding } from '../../results/finding.js';
import { inGitHubActions } from '../output.js';

/** A run of `exec --check`; how it ended is absent where it stopped at a finding or went wrong. */
interface CheckedRun {
  readonly findings: readonly Finding[];
  readonly exitStatus?: number;
  readonly cycles?: number;
  readonly jobs?: number;
}

/** Tells what the sanitizer found: on stderr, where stdout is the program's, in the files that were asked for, and to GitHub. */
export async function reportFindings(
  { findings, exitStatus, cycles, jobs }: CheckedRun,
  args: { readonly elf: string; readonly json?: string | undefined; readonly report?: string | undefined },
  say: (line: string) => void,
): Promise<void> {
  const document = checkDocument({
    file: args.elf,
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(cycles === undefined ? {} : { cycles }),
    ...(jobs === undefined ? {} : { jobs }),
    findings,
  });
  if (args.json !== undefined) writeFileAtomic(args.json, renderCheckJson(document));
  if (args.report !== undefined)
    writeFolderAtomic(
      args.report,
      new Map([
        ['check.html', renderCheckHtml(document)],
        ['check.json', renderCheckJson(document)],
      ]),
    );
  for (const finding of findings) for (const line of findingLines(finding)) say(`check: ${line}`);
  say(findings.length === 0 ? 'check: no finding' : `check: ${plural(findings.length, 'finding')}`);
  if (inGitHubActions())
    for (const finding of findings) process.stdout.write(`${findingAnnotation(finding, args.elf)}\n`);
}
