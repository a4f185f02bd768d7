/** The settings of the service: environment -> config -> secrets. */
export { type Config, defaultConcurrency, type Machine, type ReadOptions, readConfig } from './config.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { keepDirect } from './direct.ts';
export { CHECKOUT, type Env, type Environment, loadEnvironment } from './env.ts';
export { adminKeyFile, findAdminKey, loadSecrets, type Secrets } from './secrets.ts';
