import { closest } from './config-error.ts';
import type { Env } from './environment.ts';

/** What else a settings file may hold: for Node, the time zone and language, proxies, the vault's credentials, a compose file. */
const OF_OTHERS =
  /^(AWS_|NODE_|LC_|XDG_|COMPOSE_|POSTGRES_|PG|npm_)|^(TZ|LANG|LANGUAGE|PATH|HOME|USER|DISPLAY|TMPDIR|WAYLAND_DISPLAY|NO_COLOR|FORCE_COLOR)$|_proxy$/i;

/** Warnings for unknown names in a settings file, each with the name that was probably meant. */
export function unknownNames(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => !known.includes(name) && !OF_OTHERS.test(name))
    .map((name) => {
      const near = meant(name.toUpperCase(), known);
      return `${name} is no setting of LeadMaster${near === null ? '' : `; did you mean ${near}?`}`;
    });
}

/** Within two typing errors, or the only one that ends or begins so. */
function meant(name: string, known: readonly string[]): string | null {
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
