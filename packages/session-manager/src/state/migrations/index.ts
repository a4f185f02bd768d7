import type { Migration } from '@leadmaster/service-kit/sqlite';
import { first } from './0001-first.ts';
import { snapshots } from './0002-snapshots.ts';
import { storage } from './0003-storage.ts';
import { transfers } from './0004-transfers.ts';
import { messages } from './0005-messages.ts';
import { pageFacts } from './0006-page-facts.ts';
import { builds } from './0007-builds.ts';
import { accounts } from './0008-accounts.ts';
import { words } from './0009-words.ts';
import { links } from './0010-links.ts';
import { eventLogs } from './0011-event-logs.ts';
import { hubs } from './0012-hubs.ts';
import { bounds } from './0013-bounds.ts';

export type { Migration };

/** Every step in order; `version` counts 1, 2, 3 ... without a gap. */
export const MIGRATIONS: readonly Migration[] = [
  first,
  snapshots,
  storage,
  transfers,
  messages,
  pageFacts,
  builds,
  accounts,
  words,
  links,
  eventLogs,
  hubs,
  bounds,
];
