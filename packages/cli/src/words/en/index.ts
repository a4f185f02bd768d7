import type { Language } from '@leadmaster/doctor';
import { reasons } from '@leadmaster/protocol/english';
import { phones } from './demo.ts';
import { help } from './help.ts';
import { hub } from './hub.ts';
import { linking, messages } from './linking.ts';
import { asking, count, output, progress } from './output.ts';
import { files, portable } from './portable.ts';
import { instead, program, rules } from './program.ts';
import { recordings } from './recordings.ts';
import { refusals } from './refusals.ts';
import { service, vault } from './service.ts';
import { pages, place, profiles, sessions } from './sessions.ts';
import { recover, restore, snapshots } from './snapshots.ts';

/** Everything that the terminal shows, in English. */
export const en = {
  language: 'en' as Language,
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
  /** What services say, which is English already. */
  told: null,
};
