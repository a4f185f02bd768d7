import { LeadMasterError, plainPhone } from '@leadmaster/protocol';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago } from './dialect.ts';

/** How many pairing codes may be asked for: by one link, and for one number within an hour, by all links. */
const CODES_OF_LINK = 5;
const CODES_OF_PHONE = 5;
const PHONE_MS = 3_600_000;

/** @throws LeadMasterError `rate_limited` where the link, or the number, has had as many codes as it may have. */
export async function countCode(
  { dialect }: HubDatabase,
  db: HubQueries,
  { link, phone: given }: { link: string; phone: string },
): Promise<void> {
  // A number that WhatsApp knows by two spellings is one.
  const phone = plainPhone(given);
  // The row is held, so that the codes of one link are counted one after the other.
  await dialect.locked(db.selectFrom('onboarding_links').select('id').where('id', '=', link)).executeTakeFirst();
  const ofLink = await codes(db).where('link', '=', link).executeTakeFirstOrThrow();
  if (Number(ofLink.count) >= CODES_OF_LINK) throw tooMany('The link has had all the codes that it may have.');
  const since = ago(dialect, PHONE_MS);
  const ofPhone = await codes(db).where('phone', '=', phone).where('at', '>', since).executeTakeFirstOrThrow();
  if (Number(ofPhone.count) >= CODES_OF_PHONE) throw tooMany('Too many codes were asked for this number.');
  await db.insertInto('onboarding_codes').values({ link, phone, at: dialect.now }).execute();
}

function codes(db: HubQueries) {
  return db.selectFrom('onboarding_codes').select((eb) => eb.fn.countAll().as('count'));
}

function tooMany(detail: string): LeadMasterError {
  return new LeadMasterError('rate_limited', detail, 'Scan the QR, or ask again later.', {
    extra: { retryAfter: PHONE_MS / 1000 },
  });
}
