import type { AnyEvent } from '@leadmaster/protocol';
import type { Witnessed } from '../world/witness.ts';

/** What is wrong with the browsers of a session: there is one at a time, on whichever machine. */
export function judgeOwners(session: string, witnessed: readonly Witnessed[]): string[] {
  const faults: string[] = [];
  const alive = new Set<number>();
  for (const line of witnessed) {
    if (line.kind === 'killed') alive.delete(line.pid);
    else if (line.session !== session) continue;
    else if (line.kind === 'end') alive.delete(line.pid);
    else if (line.kind === 'launch') {
      const others = [...alive].filter((pid) => pid !== line.pid);
      if (others.length > 0) faults.push(`${session} was started in process ${line.pid} while it ran in ${others}`);
      alive.add(line.pid);
    }
  }
  return faults;
}

/**
 * What is wrong with the hub's copy of the logs of two machines: it has the events of both, each once, and those of each machine
 * in its order.
 */
export function judgeBothLogs(machines: readonly (readonly AnyEvent[])[], copy: readonly AnyEvent[]): string[] {
  const copied = copy.map(textOf);
  const [here, there] = [Map.groupBy(copied, (text) => text), Map.groupBy(machines.flat().map(textOf), (text) => text)];
  const faults: string[] = [];
  for (const text of new Set([...here.keys(), ...there.keys()])) {
    const [found, wanted] = [here.get(text)?.length ?? 0, there.get(text)?.length ?? 0];
    if (found !== wanted) faults.push(`${text} is in the hub ${found} times, and on the machines ${wanted} times`);
  }
  for (const [index, log] of machines.entries())
    if (!isWithin(log.map(textOf), copied))
      faults.push(`the events of machine ${index + 1} are out of order in the hub`);
  return faults;
}

/** Whether all of a list is in another one, in its order. */
function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const each of whole) if (each === part[at]) at += 1;
  return at === part.length;
}

function textOf({ session, type, at, data }: AnyEvent): string {
  return JSON.stringify([session, type, at, sorted(data)]);
}

/** Fields in one order, which says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}
