import { DRIFTS, type Drift, type DriftName, PAGES, type PageDate } from '@leadmaster/whatsapp-standin';

/** One page to prove everything on. */
export interface DriftCase {
  page: PageDate;
  /** As the stand-in takes them: `name` or `name=value`. */
  drifts: readonly string[];
}

const names = Object.keys(DRIFTS) as DriftName[];
const kindOf = (name: DriftName): Drift['kind'] => DRIFTS[name].kind;

/** Values that play something else than a drift's own value does. */
const MORE_VALUES: Partial<Record<DriftName, readonly string[]>> = {
  'module-missing': ['module-missing=send'],
  'unsupported-browser': ['unsupported-browser=always'],
  'logout-reason': ['logout-reason=1', 'logout-reason=2', 'logout-reason=3'],
  'logout-bare-reload': ['logout-bare-reload=silent'],
  'assets-gone': ['assets-gone=lazy'],
  lid: ['lid=sibling'],
};

/** Drifts that cannot be in force together: they play the same thing in two ways. */
const EITHER: readonly (readonly DriftName[])[] = [
  ['msgkey-renamed', 'msgkey-renamed-other', 'msgkey-uncached'],
  ['version-late', 'version-absent'],
];

/** The page as it is, each drift alone on it, and random combinations of neutral drifts with at most one other. */
export function driftCases(page: PageDate, options: { combinations: number; random: () => number }): DriftCase[] {
  const alone = names.filter((name) => page === 'september' || !isOf2026(name));
  const rows = alone.flatMap((name) => [name, ...(MORE_VALUES[name] ?? [])]);
  const combined = Array.from({ length: options.combinations }, () => combination(options.random));
  return [[], ...rows.map((row) => [row]), ...combined].map((drifts) => ({ page, drifts }));
}

/** What has a place on the page of September alone. */
function isOf2026(name: DriftName): boolean {
  return 'septemberOnly' in DRIFTS[name];
}

function combination(random: () => number): string[] {
  const neutral = names.filter((name) => kindOf(name) === 'neutral');
  const chosen = shuffled(neutral, random).slice(0, 2 + Math.floor(random() * 5));
  const others = names.filter((name) => kindOf(name) !== 'neutral');
  const other = random() < 0.5 ? shuffled(others, random).slice(0, 1) : [];
  return [...withoutEither(chosen), ...other];
}

/** Keeps one of those that play the same; what the page has by itself gives way to it. */
function withoutEither(chosen: readonly DriftName[]): string[] {
  const kept = chosen.filter((name) => {
    const group = EITHER.find((either) => either.includes(name));
    return group === undefined || chosen.find((other) => group.includes(other)) === name;
  });
  return kept;
}

/** What the page has by itself and a drift of the case plays otherwise. */
export function inForce({ page, drifts }: DriftCase): string[] {
  const asked = drifts.map((drift) => drift.split('=')[0] as DriftName);
  const off = EITHER.flatMap((either) => {
    const other = asked.find((name) => either.includes(name));
    const own = PAGES[page].filter((name) => (either as readonly string[]).includes(name) && name !== other);
    return other === undefined ? [] : own.map((name) => `-${name}`);
  });
  return [...off, ...drifts];
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** How a case is called in the table. */
export function caseName({ page, drifts }: DriftCase): string {
  return drifts.length === 0 ? `the page of ${page}` : `${page === 'april' ? 'april: ' : ''}${drifts.join(' + ')}`;
}
