/** Settings: text from outside -> a checked table -> secrets. */
export { ConfigError, type ConfigProblem, closest } from './config-error.ts';
export { type EnvFile, readEnvFile } from './env-file.ts';
export { CHECKOUT, type Env, type Environment, readEnvironment, type SettingWarning } from './environment.ts';
export { printExample } from './example.ts';
export { host, offOr, oneOf, parsed, path, seconds, secret, type Variable, variable, whole } from './parsers.ts';
export { type SettingsReader, type SettingValue, settingsReader } from './reader.ts';
export { adminKeyFile, findAdminKey, loadSecrets, type SecretSettings, type Secrets } from './secrets.ts';
export { type Setting, type SettingFacts, type SettingsSection, type SettingsTable, setting } from './table.ts';
export { unknownSettings } from './unknown-names.ts';
