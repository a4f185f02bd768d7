import { ownEnvironment } from '@leadmaster/service-kit/process';
import {
  CHECKOUT,
  type Env,
  type Environment as Read,
  readEnvironment,
  type SettingWarning,
} from '@leadmaster/service-kit/settings';
import { settleTempDir, type TempDirWarning } from './temp-dir.ts';
import { ELSEWHERE, VARIABLES } from './variables.ts';

export { CHECKOUT, type Env };

/** A probable mistake in what the machine says about the service. */
export type EnvironmentWarning = SettingWarning | TempDirWarning;

export type Environment = Omit<Read, 'warnings'> & { warnings: EnvironmentWarning[] };

/**
 * Everything this machine says about the service. A `TMPDIR` that cannot be used is replaced in the environment of the whole
 * process.
 */
export function loadEnvironment(real: Env = ownEnvironment()): Environment {
  const temp = settleTempDir(ownEnvironment());
  const read = readEnvironment(real, [...Object.keys(VARIABLES), ...ELSEWHERE]);
  return temp === null ? read : { ...read, warnings: [temp, ...read.warnings] };
}
