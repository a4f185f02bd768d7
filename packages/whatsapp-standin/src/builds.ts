import { type DriftsInForce, driftsInForce } from './drifts.ts';
import type { PageBuild, PageSettings } from './options.ts';

/** A build as it is served: all that its HTML says of it. */
export interface ServedBuild {
  readonly version: string;
  /** The number up to which it knows the database of messages (knob 1617). */
  readonly schema: number;
  readonly drifts: DriftsInForce;
}

/** The build that the `nth` page load gets: the newest, or each in its turn when builds are mixed. */
export function servedBuild(page: PageSettings, nth: number): ServedBuild {
  const mixed = driftsInForce(page.date, page.drifts)['versions-mixed'] !== undefined;
  const builds = page.builds.length > 0 ? page.builds : ownBuilds(page, mixed);
  const build = mixed ? builds[nth % builds.length] : builds.reduce(newer);
  return describe(page, build ?? { version: page.version });
}

/** Without builds to choose from, a mix is of the page's own build and the one after it. */
function ownBuilds(page: PageSettings, mixed: boolean): readonly PageBuild[] {
  const next = page.version.replace(/\d+$/, (revision) => String(Number(revision) + 1));
  return mixed ? [{ version: page.version }, { version: next }] : [{ version: page.version }];
}

function newer(a: PageBuild, b: PageBuild): PageBuild {
  return a.version.localeCompare(b.version, 'en', { numeric: true }) >= 0 ? a : b;
}

function describe(page: PageSettings, build: PageBuild): ServedBuild {
  const drifts = driftsInForce(page.date, [...page.drifts, ...(build.drifts ?? [])]);
  const schema =
    (build.schema ?? page.schema) + Number(drifts['schema-upgrade'] ?? 0) - Number(drifts['schema-downgrade'] ?? 0);
  return { version: build.version, schema, drifts };
}

/** The number at the end of a version: `client_revision`. */
export function revisionOf(version: string): string {
  return /\d+$/.exec(version)?.[0] ?? '0';
}
