import { setGlobalProxyFromEnv } from 'node:http';
import { ownEnvironment } from './own-environment.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1', '[::1]'];

/**
 * Keeps connections to this machine off the proxy that the environment names: a proxy elsewhere has another loopback. It
 * holds for this process and for those that it starts. Called before anything is asked, and with further names of this machine.
 */
export function keepDirect(...names: readonly string[]): void {
  const env = ownEnvironment();
  const given = env.no_proxy || env.NO_PROXY || '';
  if (given.trim() === '*') return;
  const listed = given.split(/[\s,]+/).filter(Boolean);
  const added = [...LOOPBACK, ...names].filter((name) => !listed.includes(name));
  if (added.length === 0 || !hasProxy(env)) return;
  const value = [...listed, ...added].join(',');
  // Some programs read the one, some the other.
  Object.assign(env, { NO_PROXY: value, no_proxy: value });
  if (isNodeProxied(env)) setGlobalProxyFromEnv(env);
}

function hasProxy(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value);
}

/** Whether Node itself heeds the proxies of the environment: only then it took over their exceptions at its start. */
function isNodeProxied(env: NodeJS.ProcessEnv): boolean {
  const options = [...process.execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)];
  return env.NODE_USE_ENV_PROXY === '1' || options.includes('--use-env-proxy');
}
