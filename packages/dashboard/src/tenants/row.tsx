import { type Sending, type Tenant, visible } from '@leadmaster/protocol';
import { pathWith } from '../model/router.ts';
import { byTenant } from '../model/tally.ts';
import { client } from '../service/client.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Link } from '../ui/link.tsx';
import { PlaceRow } from '../ui/place.tsx';
import { SendingSwitch } from '../ui/sending.tsx';
import { sessionFacts } from '../ui/session-facts.tsx';
import { Ago } from '../ui/time.tsx';
import { words } from '../words/index.ts';
import { ChangeTenant } from './change.tsx';

/** One tenant: how much it has, and what can be done with it. */
export function TenantRow({ tenant, onChange }: { tenant: Tenant; onChange: () => void }) {
  const { tenants, places } = words.value;
  const { name, title, keys, limits, sending, createdAt } = tenant;
  const tally = byTenant.value.get(name) ?? { all: 0, trouble: 0 };
  const params = { tenant: name };
  const switchTo = async (to: Sending): Promise<void> => {
    await client.call('changeTenant', { params, body: { sending: to } });
    onChange();
  };
  const remove = async (): Promise<void> => {
    await client.call('deleteTenant', { params });
    onChange();
  };
  return (
    <PlaceRow
      name={name}
      about={title === '' ? null : <span class="faint">{visible(title)}</span>}
      facts={[
        ...sessionFacts(tally, { tenant: name }, counted(tally.all, limits.sessions)),
        [
          tenants.keys,
          <Link key="keys" to={pathWith('/keys', { tenant: name })}>
            {counted(keys, limits.keys)}
          </Link>,
        ],
        [tenants.since, <Ago key="since" at={createdAt} bare />],
      ]}
      acts={
        <>
          <SendingSwitch name={name} sending={sending} change={switchTo} />
          <div class="buttons">
            <ChangeTenant tenant={tenant} onChange={onChange} />
            <Confirm title={tenants.deleteTitle(name)} label={tenants.delete} typed={name} work={remove}>
              <p>{tenants.deleteText}</p>
            </Confirm>
          </div>
        </>
      }
    >
      {sending === 'off' ? <span class="warn">{places.sending.onlyListens}</span> : null}
      {keys > 0 ? null : <Link to={pathWith('/keys/new', { tenant: name })}>{tenants.makeKey}</Link>}
    </PlaceRow>
  );
}

function counted(count: number, limit: number | null): string {
  return limit === null ? String(count) : words.value.tenants.of(count, limit);
}
