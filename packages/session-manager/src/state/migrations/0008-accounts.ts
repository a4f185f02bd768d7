import type { Migration } from './index.ts';

/**
 * Whose session it is. `account`: the account that it belongs to, from the first link on; an unlink does not change it, so
 * that a scan by another phone is noticed. `wrong_account`: what is linked instead, while the operator has not settled it.
 * Both are JSON as `packages/protocol` has it.
 */
export const accounts: Migration = {
  version: 8,
  name: 'accounts',
  sql: `
    ALTER TABLE sessions ADD COLUMN account TEXT;
    ALTER TABLE sessions ADD COLUMN wrong_account TEXT;
  `,
};
