import type { Migration } from './index.ts';

/**
 * What the operator reads about a session, also after a restart of the service. `said`: the words of the error that noticed what is
 * wrong with its state, cleaned and bounded. `unread`: the chats that the last look for missed messages could not read.
 * Both are JSON.
 */
export const words: Migration = {
  version: 9,
  name: 'words',
  sql: `
    ALTER TABLE page_facts ADD COLUMN said TEXT;
    ALTER TABLE page_facts ADD COLUMN unread TEXT;
  `,
};
