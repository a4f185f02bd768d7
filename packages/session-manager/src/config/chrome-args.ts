import { parse } from 'shell-quote';

/** Flags that decide who owns a profile and how the browser is driven. They are set here and nowhere else. */
const OWNED = /^--(user-data-dir|profile-directory|headless|remote-debugging-(pipe|port|address))(=|$)/;

/**
 * Splits `CHROME_ARGS` as a shell would, but runs nothing and expands nothing: an operator, a pattern or a variable
 * outside quotes is almost always a value that lost its quotes, so it is refused instead of guessed at.
 */
export function splitChromeArgs(text: string): string[] {
  const tokens = parse(text, (name) => ({ op: `$${name}` }));
  return tokens.map((token) => {
    if (typeof token !== 'string') throw new Error(refusal(token));
    if (!/^--[a-z0-9]/i.test(token)) {
      throw new Error(`"${token}" does not begin with "--"; does a value with spaces lack its quotes?`);
    }
    if (OWNED.test(token)) throw new Error(`${token.split('=')[0]} is set by LeadMaster itself`);
    return token;
  });
}

function refusal(token: object): string {
  if ('comment' in token) return `"#${String(token.comment)}" would be a comment; put it in quotes`;
  if ('pattern' in token) return `"${String(token.pattern)}" has a wildcard outside quotes; put it in quotes`;
  const op = 'op' in token ? String(token.op) : '';
  if (op.startsWith('$')) return `"${op}": variables are not expanded; write the value, or use single quotes`;
  return `"${op}" is a shell operator; put it in quotes`;
}
