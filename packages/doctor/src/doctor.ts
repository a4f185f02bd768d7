import { redactAll } from '@leadmaster/protocol';
import type { Config } from '@leadmaster/session-manager/installation';
import { diagnose, findFixable, type ToldFinding } from './diagnosis.ts';
import { type Fixed, fixAll } from './fixes.ts';
import { type Installation, type LookOptions, withInstallation } from './installation.ts';
import type { Language } from './words/words.ts';

export interface DoctorReport {
  /** No problem is left; warnings and notes may be. */
  ok: boolean;
  findings: ToldFinding[];
  /** What `--fix` did, or why it did not. */
  fixed: Fixed[];
}

export interface DoctorOptions extends LookOptions {
  fix?: boolean;
  /** Also asks for the page of WhatsApp Web, in a browser that is started for it. */
  network?: boolean;
  language?: Language;
}

/**
 * Looks at an installation, whether its service runs or not, and says what is wrong and what to do about it. With `fix`
 * it first does what is safe; it touches no profile that is in use and nothing while its service might.
 *
 * @throws LeadMasterError `forbidden` where the data folder is closed to this user; of `fix` also `data_folder_in_use`.
 */
export async function examine(config: Config, options: DoctorOptions = {}): Promise<DoctorReport> {
  const { fix = false, network = false, language = 'en' } = options;
  const fixed = fix ? await withInstallation(config, options, repair) : [];
  // Opened again after a fix: what was repaired is no finding any longer.
  const findings = await withInstallation(config, options, (installation) =>
    diagnose(installation, { language, network }),
  );
  return redactAll({ ok: findings.every(({ severity }) => severity !== 'problem'), findings, fixed });
}

async function repair(installation: Installation): Promise<Fixed[]> {
  return fixAll(installation, await findFixable(installation));
}
