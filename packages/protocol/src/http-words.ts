/** The media type of bodies that are bytes. */
export const BYTES = 'application/octet-stream';

/** What a change that a sign-in makes must bring, with the value `1`: no page of another origin can send it. */
export const REQUEST_HEADER = 'x-leadmaster-request';

/** The header that brings a passphrase: never an address, which ends up in logs and histories. */
export const PASSPHRASE_HEADER = 'x-passphrase';
