/** The settings of the service: environment -> config -> secrets. */

export { keepDirect } from '@leadmaster/service-kit/process';
export {
  adminKeyFile,
  ConfigError,
  type ConfigProblem,
  findAdminKey,
  loadSecrets,
  type Secrets,
  SettingsFileError,
} from '@leadmaster/service-kit/settings';
export { type Config, defaultConcurrency, type Machine, type ReadOptions, readConfig } from './config.ts';
export { effectiveSettings } from './effective.ts';
export { CHECKOUT, type Env, type Environment, type EnvironmentWarning, loadEnvironment } from './env.ts';
export { ELSEWHERE, EXAMPLE_HEAD, SECTIONS, VARIABLES } from './variables.ts';
