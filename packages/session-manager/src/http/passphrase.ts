import { LeadMasterError } from '@leadmaster/protocol';

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
