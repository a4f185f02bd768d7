import type { Language } from '@leadmaster/doctor';
import { actions, advice, errors, reasons, sessionHint } from '@leadmaster/protocol/spanish';
import { broughtBack, checks, database, page, problems } from './checks.ts';
import { phones } from './demo.ts';
import { help } from './help.ts';
import { hub } from './hub.ts';
import { linking, messages } from './linking.ts';
import { asking, count, output, progress } from './output.ts';
import { ownErrors } from './own-errors.ts';
import { adopted, files, portable } from './portable.ts';
import { instead, program, rules } from './program.ts';
import { recordings } from './recordings.ts';
import { refusals } from './refusals.ts';
import { service, vault } from './service.ts';
import { pages, place, profiles, sessions } from './sessions.ts';
import { warning } from './settings.ts';
import { recover, restore, snapshots } from './snapshots.ts';

/** Everything that the terminal shows, in Spanish. */
export const es = {
  language: 'es' as Language,
  asking,
  count,
  files,
  help,
  hub,
  instead,
  linking,
  messages,
  output,
  pages,
  phones,
  place,
  portable,
  profiles,
  program,
  progress,
  reasons,
  recordings,
  recover,
  refusals,
  restore,
  rules,
  service,
  sessions,
  snapshots,
  vault,
  told: {
    ...{ actions, advice, errors, ownErrors, sessionHint },
    ...{ adopted, broughtBack, checks, database, page, problems, warning },
  },
};
