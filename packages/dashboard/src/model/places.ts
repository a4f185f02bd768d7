import { may, me } from '../service/me.ts';

/** The views of the installation, each a list with a form behind `/new`, except the audit. */
export const PLACES = ['machines', 'tenants', 'keys', 'audit'] as const;
export type Place = (typeof PLACES)[number];

/** Whether a view of the installation is for the caller: it is the operator's, whose key is not limited to sessions. */
export function mayVisit(place: Place): boolean {
  const isWhole = me.value?.kind === 'operator' && me.value.sessions === null;
  return isWhole && may(place === 'machines' ? 'read' : 'admin');
}
