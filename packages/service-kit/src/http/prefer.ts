const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TEXT = '"(?:[^"\\\\]|\\\\.)*"';
const PARAMETER = `;[ \\t]*(?:${TOKEN}[ \\t]*(?:=[ \\t]*(?:(?:${TOKEN}|${TEXT})[ \\t]*)?)?)?`;
const PREFERENCE = `[ \\t,]*(${TOKEN})[ \\t]*(?:=[ \\t]*(?:(${TOKEN}|${TEXT})[ \\t]*)?)?(?:${PARAMETER})*(?=,|$)`;

/**
 * Whether a `Prefer` header (RFC 7240) asks to be answered before the work is done. Other preferences, and what
 * follows a malformed one, are ignored.
 */
export function prefersAsync(header: string | undefined): boolean {
  // Sticky: each preference begins where the one before ended, and the first that is broken ends the reading.
  const preference = new RegExp(PREFERENCE, 'y');
  for (let found = preference.exec(header ?? ''); found !== null; found = preference.exec(header ?? '')) {
    const [, name = '', value = ''] = found;
    // An empty value is as good as none; any other would mean something that is not known here.
    if (name.toLowerCase() === 'respond-async' && (value === '' || value === '""')) return true;
  }
  return false;
}
