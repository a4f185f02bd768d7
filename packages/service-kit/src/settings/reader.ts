import type { ConfigProblem } from './config-error.ts';
import type { Env } from './environment.ts';
import type { Setting, SettingsTable } from './table.ts';

/** What a setting comes to: undefined only where it has no default. */
export type SettingValue<S> = S extends Setting<infer T, infer D> ? (D extends string ? T : T | undefined) : never;

/** Reads settings of a table one by one, and collects what is wrong. */
export interface SettingsReader<T extends SettingsTable> {
  problems: ConfigProblem[];
  /** The value of a setting; its default where it is not given, or wrong. */
  get<N extends keyof T & string>(name: N): SettingValue<T[N]>;
}

export function settingsReader<T extends SettingsTable>(table: T, env: Env): SettingsReader<T> {
  const problems: ConfigProblem[] = [];
  function get<N extends keyof T & string>(name: N): SettingValue<T[N]> {
    const { schema, rule, default: fallback } = table[name] as T[N];
    // A shell, a compose file and a unit file all write "not set" as the empty text.
    const got = env[name]?.trim() ? env[name] : undefined;
    const parsed = got === undefined ? undefined : schema.safeParse(got.trim());
    if (parsed?.success) return parsed.data as SettingValue<T[N]>;
    if (got !== undefined) {
      const issue = parsed?.error.issues[0];
      const why = issue?.code === 'custom' && issue.message !== 'Invalid input' ? issue.message : null;
      problems.push({ name, got, rule, why });
    }
    return (fallback === null ? undefined : schema.parse(fallback)) as SettingValue<T[N]>;
  }
  return { problems, get };
}
