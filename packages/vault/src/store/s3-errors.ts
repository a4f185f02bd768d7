import { LeadMasterError } from '@leadmaster/protocol';

/** What was being done, and where; for messages. */
export interface S3Call {
  /** The store's name, without secrets. */
  store: string;
  bucket: string;
  operation: string;
  key: string;
}

/**
 * What the S3 client threw, as an error of ours.
 *
 * Messages are made here from an error's name, status and request id alone, and the original is not kept as a cause: it
 * holds the request with its Authorization header, and a server may say anything in its text.
 */
export function s3Error(error: unknown, call: S3Call): unknown {
  if (error instanceof LeadMasterError || !(error instanceof Error)) return error;
  const facts = read(error);
  const what = `${call.store}: ${call.operation}${call.key === '' ? '' : ` ${call.key}`}`;
  const known = KNOWN.find(
    ([names]) => names.test(facts.name) || (facts.network !== null && names.test(facts.network)),
  );
  if (known !== undefined) {
    const [, code, said, hint] = known;
    return new LeadMasterError(code, `${what}: ${said(call)} (${facts.text}).`, hint);
  }
  if (facts.status === 507) {
    return new LeadMasterError('store_full', `${what}: it takes no more (${facts.text}).`, MAKE_ROOM);
  }
  if (facts.status === null && facts.network === null) return error; // Not the store's doing: a fault of ours.
  if (facts.status === null) return unreachable(what, facts.network ?? facts.text);
  if (facts.status >= 500 || facts.status === 408 || facts.status === 429) return unreachable(what, facts.text);
  if (facts.status === 404) {
    return new LeadMasterError(
      'store_unreachable',
      `${what}: an answer that S3 does not give (${facts.text}).`,
      NOT_S3,
    );
  }
  if (facts.status >= 400) {
    return new LeadMasterError('store_denied', `${what}: refused (${facts.text}).`, CREDENTIALS);
  }
  return new LeadMasterError('store_unreachable', `${what}: the answer cannot be read (${facts.text}).`, NOT_S3);
}

/** No answer, or none in time. */
export function unreachable(what: string, why: string): LeadMasterError {
  const hint = 'Check the endpoint in VAULT_URL, the network and whether the server runs; it is tried again.';
  return new LeadMasterError('store_unreachable', `${what}: no answer (${why}).`, hint);
}

/** The HTTP status of an error of the S3 client, if it got one. */
export function statusOf(error: unknown): number | null {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | null)?.$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : null;
}

/** S3's own name of an error, such as NoSuchKey. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

const CREDENTIALS =
  'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the profile or role in use), and that they may read, write, ' +
  'list and delete in this bucket.';
const NOT_S3 = 'Is the endpoint in VAULT_URL an S3 server, and is there a proxy before it?';
const MAKE_ROOM = 'Make room there, raise the quota, or keep fewer snapshots (SNAPSHOT_KEEP) and prune.';

type Known = readonly [names: RegExp, code: LeadMasterError['code'], said: (call: S3Call) => string, hint: string];

/** Errors with a meaning of their own, by the names that servers give them. */
const KNOWN: readonly Known[] = [
  [
    /^NoSuchBucket$/,
    'store_denied',
    (call) => `there is no bucket "${call.bucket}"`,
    'Create the bucket, or correct VAULT_URL.',
  ],
  [
    /^(RegionMissing|PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/,
    'store_denied',
    () => "the bucket's region is not known or another one",
    'Give the region in VAULT_URL: s3://bucket/prefix?region=...',
  ],
  [
    /^(CredentialsProviderError|CredentialsError|TokenProviderError)$/,
    'store_denied',
    () => 'no credentials were found',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment of the service.',
  ],
  [
    /^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/,
    'store_denied',
    () => 'the credentials have expired',
    CREDENTIALS,
  ],
  [
    /^(RequestTimeTooSkewed|RequestExpired)$/,
    'store_denied',
    () => "this machine's clock and the server's differ too much",
    'Set the clock (timedatectl set-ntp true), then try again.',
  ],
  [
    /^InvalidObjectState$/,
    'store_denied',
    () => 'the object was moved to an archive tier',
    'Bring it back there, and let no lifecycle rule archive the vault.',
  ],
  [
    /^(QuotaExceeded|ServiceQuotaExceeded|XMinioStorageFull|InsufficientStorage|StorageFull|InsufficientCapacity|.*QuotaExceeded)$/,
    'store_full',
    () => 'it takes no more',
    MAKE_ROOM,
  ],
  [
    /^(BadDigest|XAmzContentSHA256Mismatch|RequestTimeout|IncompleteBody|SlowDown|ConditionalRequestConflict|OperationAborted|ServiceUnavailable|InternalError|NoSuchUpload)$/,
    'store_unreachable',
    () => 'the server asks to try again',
    'It is tried again; if it lasts, look at the server.',
  ],
];

/** Codes of Node's that speak of a wrong call, not of a connection. */
const OUR_FAULT = /^ERR_(INVALID_|MISSING_|OUT_OF_|UNKNOWN_)/;

interface Facts {
  name: string;
  status: number | null;
  /** The connection error of the system or the client, if there was one. */
  network: string | null;
  text: string;
}

/** The few parts of an error that can hold nothing secret. */
function read(error: Error): Facts {
  const { code, $metadata } = error as { code?: unknown; $metadata?: { requestId?: unknown } };
  const status = statusOf(error);
  // The client has no name for this one.
  const name = error.message === 'Region is missing' ? 'RegionMissing' : (harmless(error.name) ?? 'an unnamed error');
  const system = typeof code === 'string' && !OUR_FAULT.test(code) ? harmless(code) : null;
  const network = system ?? (/^(TimeoutError|AbortError)$/.test(error.name) ? error.name : null);
  const id = typeof $metadata?.requestId === 'string' ? harmless($metadata.requestId) : null;
  // An answer without a body, as to a HEAD, has no name.
  const told = /^(Unknown|UnknownError|Error)$/.test(name) ? null : name;
  const parts = [told, status === null ? system : `HTTP ${status}`, id === null ? null : `request ${id}`];
  return { name, status, network, text: parts.filter((part) => part !== null).join(', ') };
}

/** A word as error names and request ids are, not a free text. */
function harmless(text: string): string | null {
  return /^[A-Za-z0-9_.:-]{1,80}$/.test(text) ? text : null;
}
