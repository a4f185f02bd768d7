import {
  comparePlaces,
  isOther,
  LOOK_FACT,
  lookAtPlace,
  olderLogin,
  PLACE_FACT,
  type PlaceChange,
  type PlaceFacts,
  type PlaceLook,
  parseLook,
  parsePlace,
  placeChange,
  placeWords,
  type StateReading,
} from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation, ProfileFact } from '../installation.ts';

/** Whether the data folder is where it was, and its logins are no older than those in the vault. */
export async function checkPlace({ exists, paths, state, machine, profiles }: Installation): Promise<Finding[]> {
  if (!exists || state === null) return [];
  const known = parsePlace(state.facts.get(PLACE_FACT));
  const look = lookAtPlace(paths, machine.probe, machine.now());
  const { facts } = look;
  return [
    ...waiting(state, paths.root),
    ...judge(known, look, paths.root),
    ...otherMachine(known, facts, paths.root),
    ...putBack(state, profiles),
    ...older(state),
    ...notCompared(state),
  ];
}

/** What waits already, since a service ran on the folder in its new place: sessions, and those that were on their way. */
function waiting(state: StateReading, root: string): Finding[] {
  const change = placeChange(state.facts);
  if (change === null) return [];
  const held = state.sessions.filter((row) => row.state === 'STOPPED' && row.reason === 'place_changed');
  const names = new Set([...held.map(({ name }) => name), ...onTheirWay(state, change)]);
  if (names.size === 0) return [];
  const about = { sessions: [...names].join(', '), before: placeWords(change.before) };
  return [found('problem', 'place_changed', root, { ...about, since: change.before.since })];
}

function onTheirWay({ transfers }: StateReading, { arrivals, departures }: PlaceChange): string[] {
  const ids = [...arrivals, ...departures];
  const rows = [...transfers.list('target'), ...transfers.list('source')];
  return rows.filter(({ id }) => ids.includes(id)).map(({ session }) => session);
}

/** What the next start of a service will find. */
function judge(known: PlaceFacts | null, look: PlaceLook, root: string): Finding[] {
  switch (comparePlaces(known, look)) {
    case 'changed': {
      const { path, host, since } = known?.seen ?? look.facts.seen;
      return [
        found('problem', 'place_changed', root, { sessions: '*', before: placeWords({ path, host, since }), since }),
      ];
    }
    case 'unknown':
      return [found('warning', 'place_unknown', root, { path: root })];
    default:
      return [];
  }
}

function otherMachine(known: PlaceFacts | null, facts: PlaceFacts, root: string): Finding[] {
  if (known === null || known.machine === null || facts.machine === null || known.machine === facts.machine) return [];
  return [found('warning', 'machine_changed', root, { before: known.machine, now: facts.machine })];
}

/** A run marks its profile as it begins and ends: what is in use is judged by the service alone. */
function putBack(state: StateReading, profiles: readonly ProfileFact[]): Finding[] {
  const isPutBack = ({ name, record, inUse }: ProfileFact): boolean => {
    const row = state.sessions.find((each) => each.name === name);
    return row !== undefined && !inUse && isOther(row, record, state.facts);
  };
  return profiles.filter(isPutBack).map(({ name }) => found('problem', 'profile_put_back', name, { session: name }));
}

function older(state: StateReading): Finding[] {
  return state.sessions
    .filter((row) => row.state === 'STOPPED' && row.reason === 'older_than_vault')
    .map(({ name }) => {
      const login = olderLogin(state.facts, name);
      const about = { session: name, snapshot: login?.snapshot ?? 'latest' };
      return found('problem', 'older_than_vault', name, {
        ...about,
        used: login?.usedAt ?? '?',
        taken: login?.takenAt ?? '?',
      });
    });
}

function notCompared(state: StateReading): Finding[] {
  const look = parseLook(state.facts.get(LOOK_FACT));
  if (look === null || look.problem === null) return [];
  return [found('warning', 'vault_not_compared', look.at, { at: look.at, detail: look.problem })];
}
