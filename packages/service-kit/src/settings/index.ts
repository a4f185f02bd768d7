/** Settings: text from outside -> a checked table -> secrets. */
export { COMMON_ACCESS, COMMON_LOG, COMMON_WHERE } from './common.ts';
export { ConfigError, type ConfigProblem, SettingsFileError } from './config-error.ts';
export { CHECKOUT, type Env, type Environment, readEnvironment, type SettingWarning } from './environment.ts';
export { printExample } from './example.ts';
export { host, offOr, oneOf, parsed, path, seconds, secret, variable, whole } from './parsers.ts';
export { settingsReader } from './reader.ts';
export { adminKeyFile, findAdminKey, loadSecrets, type Secrets } from './secrets.ts';
export { type SettingsSection, setting } from './table.ts';
export { unknownSettings } from './unknown-names.ts';
