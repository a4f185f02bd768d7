import { type CapabilityCheck, type Feature, LeadMasterError } from '@leadmaster/protocol';

/** A feature that is proven broken: refused before the page is asked, since a refused send is safe and a lost answer is not. */
export function featureUnavailable(
  session: string,
  feature: Feature,
  build: string | null,
  failed: CapabilityCheck | null,
): LeadMasterError {
  const why = failed === null ? '' : ` (${failed.name}: ${failed.detail})`;
  return new LeadMasterError(
    'feature_unavailable',
    `${session} cannot use "${feature}" on build ${build ?? 'unknown'} of WhatsApp Web${why}`,
    `It is probed again every minute. Look with "./leadmaster capabilities ${session}"; to use it anyway, "./leadmaster capabilities ${session} --override ${feature}".`,
    { extra: { feature, build } },
  );
}

/** The page could not be fitted with what journals ids; no override helps. */
export function journalMissing(session: string, build: string | null): LeadMasterError {
  return new LeadMasterError(
    'feature_unavailable',
    `${session} hands over nothing on build ${build ?? 'unknown'} of WhatsApp Web: the id of a message could not be kept before it is sent`,
    `It is probed again every minute; no override changes it. Look with "./leadmaster capabilities ${session}". Restarting the session loads the page again.`,
    { extra: { feature: 'text', build } },
  );
}

/** @throws LeadMasterError `feature_unavailable` */
export function refuseBroken(session: { refusal(feature: Feature): LeadMasterError | null }, feature: Feature): void {
  const refusal = session.refusal(feature);
  if (refusal !== null) throw refusal;
}
