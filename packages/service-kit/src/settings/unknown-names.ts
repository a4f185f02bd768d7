import { closest } from './config-error.ts';
import type { Env } from './environment.ts';

/** What else a settings file may hold: for Node, the time zone and language, proxies, the vault's credentials, a compose file. */
const OF_OTHERS =
  /^(AWS_|NODE_|LC_|XDG_|COMPOSE_|POSTGRES_|PG|npm_)|^(TZ|LANG|LANGUAGE|PATH|HOME|USER|DISPLAY|TMPDIR|WAYLAND_DISPLAY|NO_COLOR|FORCE_COLOR)$|_proxy$/i;

/** A name in a settings file that is no setting, and the one that was probably meant. */
export interface UnknownName {
  name: string;
  meant: string | null;
}

export function unknownNames(names: readonly string[], known: readonly string[]): UnknownName[] {
  return names
    .filter((name) => !known.includes(name) && !OF_OTHERS.test(name))
    .map((name) => ({ name, meant: meantBy(name.toUpperCase(), known) }));
}

/** Within two typing errors, or the only one that ends or begins so. */
function meantBy(name: string, known: readonly string[]): string | null {
  const near = closest(name, known);
  if (near !== null || name.length < 4) return near;
  const [only, ...others] = known.filter((one) => one.endsWith(`_${name}`) || one.startsWith(`${name}_`));
  return only === undefined || others.length > 0 ? null : only;
}

/** Warnings for names in the real environment that look like settings, and are none. `elsewhere`: settings of other services. */
export function* unknownSettings(env: Env, known: readonly string[], elsewhere: readonly string[]): Generator<string> {
  for (const name of Object.keys(env)) {
    if (!env[name] || known.includes(name) || elsewhere.includes(name)) continue;
    const near = closest(name, known);
    if (name.startsWith('LEADMASTER_')) {
      yield `${name} is not a setting of LeadMaster and has no effect${near ? `; did you mean ${near}?` : ''}`;
    } else if (near) {
      yield `${name} has no effect; did you mean ${near}?`;
    }
  }
}
