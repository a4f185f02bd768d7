import type { Variable } from './parsers.ts';

/** What a setting is for, and what holds where it is not given. */
export interface SettingFacts<Default extends string | null> {
  /** As it would be written; null where there is none, or where it depends on other things. */
  default: Default;
  /** What it does, for the person who may change it. */
  meaning: string;
  /** What `.env.example` shows where the default depends on other settings. */
  shown?: string;
}

/** One setting of a service: how its text is read, what it may be, what it is for. */
export type Setting<T, Default extends string | null = string | null> = Variable<T> & SettingFacts<Default>;

/** Every setting of a service, by its name. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

/** Settings that belong together. */
export interface SettingsSection {
  title: string;
  settings: SettingsTable;
}

export function setting<T, const Default extends string | null>(
  variable: Variable<T>,
  facts: SettingFacts<Default>,
): Setting<T, Default> {
  return { ...variable, ...facts };
}
