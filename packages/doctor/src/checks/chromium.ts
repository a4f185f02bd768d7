import { LeadMasterError } from '@leadmaster/protocol';
import { isNewerBrowser, newestChromium, realFs } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Whether there is a browser, and none of the profiles was written by a newer one: it would erase the login. */
export async function checkChromium({ machine, profiles }: Installation): Promise<Finding[]> {
  let installed: string;
  try {
    installed = await machine.browserVersion();
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    return [found('problem', 'browser_missing', 'CHROME_PATH', { detail: error.message, hint: error.hint })];
  }
  const findings: Finding[] = [];
  for (const { name, dir, record } of profiles) {
    const written = await newestChromium(realFs, dir, record);
    if (written !== null && isNewerBrowser(installed, written))
      findings.push(found('problem', 'browser_older', dir, { session: name, written, installed }));
  }
  return findings;
}
