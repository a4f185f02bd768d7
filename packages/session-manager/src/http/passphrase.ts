import { LeadMasterError } from '@leadmaster/protocol';
import { z } from 'zod';

/** The header that brings a passphrase: never an address, which ends up in logs and histories. */
export const PASSPHRASE_HEADER = 'x-passphrase';

/** Checked by `readPassphrase`, so that no message about it repeats any of it. */
export const passphraseHeaders = z.looseObject({
  [PASSPHRASE_HEADER]: z
    .string()
    .optional()
    .describe(
      'The passphrase, at least 12 characters; percent-encoded as UTF-8 where it has anything but letters and digits',
    ),
});

/** @throws LeadMasterError `passphrase_refused` when there is none, or it is not encoded as it should be. */
export function readPassphrase(header: string | string[] | undefined): string {
  const text = header ?? '';
  if (typeof text !== 'string' || !/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text))
    throw refused('brings no passphrase that can be read');
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('has a passphrase that is not percent-encoded UTF-8');
  }
}

function refused(what: string): LeadMasterError {
  return new LeadMasterError(
    'passphrase_refused',
    `The request ${what}.`,
    'Send it in the header X-Passphrase, percent-encoded as UTF-8: at least 12 characters.',
  );
}
