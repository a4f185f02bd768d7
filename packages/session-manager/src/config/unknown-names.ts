import { closest } from './config-error.ts';
import { ELSEWHERE, VARIABLES } from './variables.ts';

/** What else a settings file may hold: for Node, the time zone and language, proxies, the vault's credentials, a compose file. */
const OF_OTHERS =
  /^(AWS_|NODE_|LC_|XDG_|COMPOSE_|POSTGRES_|PG|npm_)|^(TZ|LANG|LANGUAGE|PATH|HOME|USER|DISPLAY|TMPDIR|WAYLAND_DISPLAY|NO_COLOR|FORCE_COLOR)$|_proxy$/i;

/** Warnings for unknown names in a settings file, each with the name that was probably meant. */
export function unknownNames(names: readonly string[]): string[] {
  const known = [...Object.keys(VARIABLES), ...ELSEWHERE];
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
