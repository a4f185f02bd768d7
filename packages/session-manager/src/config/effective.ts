import { type EffectiveSetting, redactSetting, type SettingsView } from '@leadmaster/protocol';
import { type Environment, secret } from '@leadmaster/service-kit/settings';
import { storeUrl } from '@leadmaster/vault/store-url';
import type { Config } from './config.ts';
import { SECTIONS } from './variables.ts';

/** What holds for settings whose default depends on other things, or starts at the checkout. */
const SETTLED: Readonly<Record<string, (config: Config) => string | null>> = {
  LEADMASTER_DATA_DIR: ({ dataDir }) => dataDir,
  CHROME_PATH: ({ chromePath }) => chromePath,
  START_CONCURRENCY: ({ startConcurrency }) => String(startConcurrency),
  VAULT_URL: ({ vault }) => storeUrl(vault.location),
  VAULT_KEY_FILE: ({ vault }) => vault.keyFile,
};

/**
 * Every setting as the service has it. A host may have read the settings file before and hand on what it found: a value that
 * stands in the file as well counts as the file's.
 */
export function effectiveSettings(
  { env, file, fromFile }: Pick<Environment, 'env' | 'file' | 'fromFile'>,
  config: Config,
): SettingsView {
  const items = SECTIONS.flatMap(({ title, settings }) =>
    Object.entries(settings).map(([name, { default: standard, meaning, schema }]): EffectiveSetting => {
      const given = env[name]?.trim() || null;
      const isSecret = schema === secret.schema;
      const value = SETTLED[name]?.(config) ?? given ?? standard;
      return {
        ...{ name, section: title, isSecret, default: standard, meaning },
        value: isSecret || value === null ? null : redactSetting(value),
        source: given === null ? 'default' : env[name] === fromFile[name] ? 'file' : 'environment',
      };
    }),
  );
  return { file, items };
}
