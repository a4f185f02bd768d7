import type { HubSession } from '@leadmaster/protocol';

/** Whether it is to run and its machine does not answer: what is known of it is from before. */
export function isSilent({ silentSince, desired }: HubSession): boolean {
  return silentSince !== null && desired === 'running';
}

/** Since when it stands so. */
export function standsSince(session: HubSession): string {
  const { since, silentSince } = session;
  return silentSince !== null && isSilent(session) ? silentSince : since;
}
