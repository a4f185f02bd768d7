import type { HubMigration } from './migration.ts';

/** Onboarding links, and the pairing codes that were asked for by them. */
export const links: HubMigration = {
  version: 3,
  name: 'links',
  sql: ({ text, int, blob, strict }) => `
    CREATE TABLE onboarding_links (
      id ${text} PRIMARY KEY,
      session ${text} NOT NULL,
      token_hash ${blob} NOT NULL UNIQUE,
      claim_hash ${blob},
      language ${text},
      expected_phone ${text},
      claims ${int} NOT NULL,
      late_tries ${int} NOT NULL,
      created_at ${int} NOT NULL,
      expires_at ${int} NOT NULL,
      claimed_at ${int},
      linked_at ${int},
      revoked_at ${int},
      code ${text}
    )${strict};
    CREATE INDEX onboarding_links_of_session ON onboarding_links (session, id);
    CREATE INDEX onboarding_links_by_end ON onboarding_links (expires_at);

    CREATE TABLE onboarding_codes (
      link ${text} NOT NULL REFERENCES onboarding_links (id) ON DELETE CASCADE,
      phone ${text} NOT NULL,
      at ${int} NOT NULL
    )${strict};
    CREATE INDEX onboarding_codes_of_link ON onboarding_codes (link);
    CREATE INDEX onboarding_codes_of_phone ON onboarding_codes (phone, at);
  `,
};
