/** What stands in the place of a secret. */
const GONE = '***';

/** Names of parameters and flags whose values are secrets, wherever in the name the word stands. */
const SECRET_WORD = 'key|token|secret|passw|passphrase|pwd|credential|signature|sig|auth|bearer';
/** Names with such a word that hold none: a file's place, and what a caller chose to send a message once. */
const HARMLESS = /(file|idempotency[-_]?key)$/i;

// All with a bound: a line of the log is read in a time that grows with its length and no faster.
const PARAMETER = new RegExp(
  `([?&;#]|(?<![\\w-])--)([\\w.-]{0,64}(?:${SECRET_WORD})[\\w.-]{0,64})=([^\\s&;"'#\\\\]+)`,
  'gi',
);
// One slash: what took a URL for a path has made one of two.
const URL_WITH_AT = /\b(?!file:)([a-z][a-z0-9+.-]{1,30}:\/\/?)([^\s"'<>`]{0,2048})@/gi;
const BEARER = /\b(bearer)\s+(?!\*\*\*(?:[\s"',;]|$))[^\s"',;]{8,}/gi;
// A digit or a capital: words of a sentence have none.
const BASIC = /\b([Bb]asic)\s+(?=\S*[A-Z0-9=])[\w+/=]{8,}/g;
const AWS_KEY_ID = /\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g;

/**
 * A text for people, logs and answers without the secrets that its URLs may hold: names and passwords before the host,
 * parameters and flags called key, token, password or alike, authorization headers, AWS key ids. Everything else stays as it
 * is; done twice it changes nothing. Every error of the product goes through it, and every line of the log.
 */
export function redact(text: string): string {
  return text
    .replace(URL_WITH_AT, (all, scheme: string, before: string) =>
      holdsPassword(scheme, before) ? `${scheme}${GONE}@` : all,
    )
    .replace(PARAMETER, (all, lead: string, name: string) => (HARMLESS.test(name) ? all : `${lead}${name}=${GONE}`))
    .replace(BEARER, `$1 ${GONE}`)
    .replace(BASIC, `$1 ${GONE}`)
    .replace(AWS_KEY_ID, GONE);
}

/**
 * The value of a setting that may be a URL, however badly it is written: without a scheme, or with spaces in the password.
 * All that stands before the last `@` goes.
 */
export function redactSetting(value: string): string {
  const at = value.lastIndexOf('@');
  if (at <= 0) return redact(value);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0] ?? '';
  return redact(`${scheme}${GONE}${value.slice(at)}`);
}

/** The same in every text of a value that is written as JSON. */
export function redactAll<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactAll) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redactAll(each)])) as T;
}

/**
 * Whether what stands between a scheme and an `@` is a name or a password, and not a host and a path: an `@` may stand in
 * the path of a web address (a chat's id), and a `/` in a password that was not encoded.
 */
function holdsPassword(scheme: string, before: string): boolean {
  const slash = before.indexOf('/');
  if (slash < 0 || !/^(https?|wss?):/i.test(scheme)) return true;
  const host = before.slice(0, slash);
  return host.includes('@') || !/^(\[[0-9a-f:.]*\]|[^:]*)(:\d*)?$/i.test(host);
}
