import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import type { Env } from './environment.ts';
import type { Variable } from './parsers.ts';

/** Every setting of a service, by its name. */
export type SettingsTable = Readonly<Record<string, Variable<unknown>>>;

export type SettingValue<T extends SettingsTable, N extends keyof T> = z.output<T[N]['schema']>;

/** Reads settings of a table one by one, and collects what is wrong. */
export interface SettingsReader<T extends SettingsTable> {
  problems: ConfigProblem[];
  /** The value of a setting; the fallback where it is not given, or wrong. */
  get<N extends keyof T & string>(name: N): SettingValue<T, N> | undefined;
  get<N extends keyof T & string>(name: N, fallback: SettingValue<T, N>): SettingValue<T, N>;
}

export function settingsReader<T extends SettingsTable>(table: T, env: Env): SettingsReader<T> {
  const problems: ConfigProblem[] = [];
  function get<N extends keyof T & string>(name: N, fallback?: SettingValue<T, N>): SettingValue<T, N> | undefined {
    const text = env[name];
    // A shell, a compose file and a unit file all write "not set" as the empty text.
    if (text === undefined || text.trim() === '') return fallback;
    const { schema, rule } = table[name] as Variable<SettingValue<T, N>>;
    const parsed = schema.safeParse(text.trim());
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const why = issue?.code === 'custom' && issue.message !== 'Invalid input' ? issue.message : null;
    problems.push({ name, got: text, rule, why });
    return fallback;
  }
  return { problems, get: get as SettingsReader<T>['get'] };
}
