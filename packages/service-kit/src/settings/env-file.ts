/** What a settings file says, line by line. */
export interface EnvFile {
  values: Record<string, string>;
  /** What cannot be read as a setting: the number of the line, and why. */
  problems: { line: number; why: string }[];
  /** Names that stand there more than once; the last counts. */
  repeated: string[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=[^\S\n]*/;
const QUOTED = /^(["'`])([\s\S]*?)\1[^\S\n]*(?:#[^\n]*)?(?:\n|$)/;

/**
 * Reads lines of `NAME=value`. Values may stand in quotes ("..." knows `\n`); without them a comment begins at a `#` after
 * a space alone, so that a path or key may hold one (Node's own parser cuts it off there). A byte order mark and the line
 * ends of other systems are no part of anything. What is neither a setting nor a comment is a problem: never passed over.
 */
export function readEnvFile(bytes: Buffer): EnvFile {
  const found: EnvFile = { values: {}, problems: [], repeated: [] };
  if (bytes.includes(0)) {
    found.problems.push({ line: 1, why: 'it is not UTF-8 text; save it as UTF-8 without NUL characters' });
    return found;
  }
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replaceAll(/\r\n?/g, '\n');
  for (let at = 0, line = 1; at < text.length; ) {
    const used = readOne(text.slice(at), line, found);
    line += text.slice(at, at + used).split('\n').length - 1;
    at += used;
  }
  return found;
}

/** Reads one setting, comment or empty line; how many characters it takes with its line break. */
function readOne(text: string, line: number, found: EnvFile): number {
  const end = text.indexOf('\n') + 1 || text.length;
  const whole = text.slice(0, end);
  if (/^\s*(#|$)/.test(whole)) return end;
  const [assignment, name] = ASSIGNMENT.exec(whole) ?? [];
  if (assignment === undefined || name === undefined) {
    found.problems.push({ line, why: 'it is no setting; write NAME=value, or # before a comment' });
    return end;
  }
  const rest = text.slice(assignment.length);
  const quoted = QUOTED.exec(rest);
  if (/^["'`]/.test(rest) && quoted === null) {
    found.problems.push({ line, why: `the value of ${name} has a quote that is not closed, or text after it` });
    return end;
  }
  if (Object.hasOwn(found.values, name)) found.repeated.push(name);
  found.values[name] = quoted === null ? bare(whole.slice(assignment.length)) : unquoted(quoted);
  return quoted === null ? end : assignment.length + quoted[0].length;
}

function bare(value: string): string {
  return value.replace(/(^|\s)#.*$/s, '').trim();
}

function unquoted([, quote, value = '']: RegExpExecArray): string {
  return quote === '"' ? value.replaceAll('\\n', '\n') : value;
}
