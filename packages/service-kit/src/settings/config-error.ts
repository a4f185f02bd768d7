import { redactSetting } from '@leadmaster/protocol';

export interface ConfigProblem {
  name: string;
  got: string;
  /** Completes "it may be ...". */
  rule: string;
  /** What exactly was wrong, where there is more to say than the rule. */
  why: string | null;
}

const SECRET = /KEY|TOKEN|SECRET|PASSWORD/;

/** All errors of the settings in one, so that one start shows them all. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(describe);
    super(
      lines.length === 1
        ? `${lines[0]}`
        : `${lines.length} settings are wrong:\n${lines.map((l) => `  ${l}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A settings file with lines that are no settings. Nothing of it is used. */
export class SettingsFileError extends Error {
  constructor(file: string, problems: readonly { line: number; why: string }[]) {
    const lines = problems.map(({ line, why }) => `line ${line}: ${why}`).join('; ');
    super(`The settings file ${file} cannot be read: ${lines}`);
    this.name = 'SettingsFileError';
  }
}

function describe({ name, got, rule, why }: ConfigProblem): string {
  const shown = SECRET.test(name) ? 'a value that is not shown' : JSON.stringify(redactSetting(got));
  return `${name} is ${shown}; it may be ${rule}${why === null || repeatsSecret(why, got) ? '' : ` (${redactSetting(why)})`}`;
}

/** Whether a reason quotes a value of which something is hidden: a part alone no longer shows what it is a part of. */
function repeatsSecret(why: string, got: string): boolean {
  return redactSetting(got) !== got && got.split(/\s+/).some((word) => word.length > 3 && why.includes(word));
}

/** The name that was probably meant: within two typing errors. */
export function closest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = 3;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}
