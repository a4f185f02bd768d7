import { type HubKey, visible } from '@leadmaster/protocol';
import { now } from '../model/format.ts';
import { client } from '../service/client.ts';
import { lookWhoIsIn, me } from '../service/me.ts';
import { Confirm } from '../ui/confirm.tsx';
import { PlaceRow } from '../ui/place.tsx';
import { Ago, Day } from '../ui/time.tsx';
import { words } from '../words/index.ts';

/** One key: whose it is, what it may do, and its end. */
export function KeyRow({ hubKey, onChange }: { hubKey: HubKey; onChange: () => void }) {
  const { keys, places } = words.value;
  const { id, name, tenant, scopes, sessions, addresses, createdAt, expiresAt, lastUsedAt } = hubKey;
  const isOwn = me.value?.keyId === id;
  const isExpired = expiresAt !== null && Date.parse(expiresAt) < now.value;
  const revoke = async (): Promise<void> => {
    await client.call('revokeKey', { params: { key: id } });
    if (isOwn) await lookWhoIsIn();
    else onChange();
  };
  return (
    <PlaceRow
      name={visible(name)}
      about={<code class="faint">{id}</code>}
      facts={[
        [keys.created, <Ago key="created" at={createdAt} bare />],
        [keys.expires, <Day key="expires" at={expiresAt} />],
        [keys.lastUsed, <Ago key="used" at={lastUsedAt} bare />],
      ]}
      acts={
        <Confirm title={keys.revokeTitle(name)} label={keys.revoke} work={revoke}>
          <p>{keys.revokeText}</p>
          {isOwn ? <p class="warn">{keys.revokeYours}</p> : null}
        </Confirm>
      }
    >
      <span>
        {tenant ?? places.operator}
        {isExpired ? <span class="warn"> · {keys.expired}</span> : null}
        {isOwn ? <span class="fine"> · {keys.yours}</span> : null}
      </span>
      <ul class="features">
        {scopes.map((scope) => (
          <li key={scope}>{scope}</li>
        ))}
      </ul>
      {sessions === null ? null : <span class="faint small">{keys.onlySessions(sessions.join(', '))}</span>}
      {addresses === null ? null : <span class="faint small">{keys.onlyFrom(addresses.join(', '))}</span>}
    </PlaceRow>
  );
}
