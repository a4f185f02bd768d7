import { SCOPES, type Scope } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { query } from '../model/router.ts';
import { client } from '../service/client.ts';
import { every } from '../service/every.ts';
import { Field } from '../ui/field.tsx';
import { PlaceForm } from '../ui/place.tsx';
import { Submit } from '../ui/submit.tsx';
import { useHubLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { type Made, MadeKey } from './made.tsx';

/** What the command line gives a key as well. */
const USUAL: readonly Scope[] = ['read', 'send', 'control'];

/** `/keys/new`: a key for a program or a person; its secret is shown once. */
export function MakeKey() {
  const { form } = words.value.keys;
  const [made, setMade] = useState<Made | null>(null);
  const [typed, setTyped] = useState({
    ...{ name: '', tenant: query.value.get('tenant') ?? '', scopes: USUAL },
    ...{ expires: '', sessions: '', addresses: '' },
  });
  const order = useOrder();
  const set = (part: Partial<typeof typed>): void => setTyped({ ...typed, ...part });
  const make = async (): Promise<void> => setMade(await client.call('createKey', { body: bodyOf(typed) }));
  if (made !== null) return <MadeKey made={made} />;
  return (
    <PlaceForm
      title={form.title}
      back={{ to: '/keys', label: words.value.places.names.keys }}
      onSubmit={() => void (typed.scopes.length > 0 && order.give(make))}
    >
      <Field
        label={form.name}
        name="name"
        value={typed.name}
        onInput={(name) => set({ name })}
        rule={form.nameRule}
        isRequired
        isFirst
      />
      <Owner value={typed.tenant} onChange={(tenant) => set({ tenant })} />
      <Scopes value={typed.scopes} onChange={(scopes) => set({ scopes })} />
      <Field
        label={form.expires}
        name="expires"
        type="date"
        value={typed.expires}
        onInput={(expires) => set({ expires })}
        rule={form.expiresRule}
      />
      <details>
        <summary>{form.narrower}</summary>
        <Field
          label={form.sessions}
          name="sessions"
          value={typed.sessions}
          onInput={(sessions) => set({ sessions })}
          rule={form.sessionsRule}
        />
        <Field
          label={form.addresses}
          name="addresses"
          value={typed.addresses}
          onInput={(addresses) => set({ addresses })}
          rule={form.addressesRule}
        />
      </details>
      <Submit order={order} label={form.submit} running={form.submitting} />
    </PlaceForm>
  );
}

interface Typed {
  name: string;
  tenant: string;
  scopes: readonly Scope[];
  expires: string;
  sessions: string;
  addresses: string;
}

function bodyOf({ name, tenant, scopes, expires, sessions, addresses }: Typed) {
  return {
    ...{ name, tenant: tenant === '' ? null : tenant, scopes: [...scopes] },
    ...{ sessions: wordsIn(sessions), addresses: wordsIn(addresses) },
    // The day begins in the zone of the reader.
    expiresAt: expires === '' ? null : new Date(`${expires}T00:00`).toISOString(),
  };
}

/** Null where there is none. */
function wordsIn(text: string): string[] | null {
  const found = text.split(/[\s,]+/).filter((word) => word !== '');
  return found.length === 0 ? null : found;
}

function Owner({ value, onChange }: { value: string; onChange: (tenant: string) => void }) {
  const { keys, places } = words.value;
  const { data } = useHubLoaded((signal) => every((page) => client.call('listTenants', { query: page }, { signal })));
  const names = new Set([...(data ?? []).map(({ name }) => name), ...(value === '' ? [] : [value])]);
  return (
    <label>
      <span>{keys.form.tenant}</span>
      <select name="tenant" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">{places.operator}</option>
        {[...names].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Scopes({ value, onChange }: { value: readonly Scope[]; onChange: (scopes: Scope[]) => void }) {
  const { form } = words.value.keys;
  return (
    <fieldset>
      <legend>{form.scopes}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} class="tick">
          <input
            type="checkbox"
            name={scope}
            checked={value.includes(scope)}
            onChange={({ currentTarget: { checked } }) =>
              onChange(SCOPES.filter((each) => (each === scope ? checked : value.includes(each))))
            }
          />
          <span>{form.scope[scope]}</span>
        </label>
      ))}
      {value.length > 0 ? null : (
        <p class="bad small" role="alert">
          {form.noScope}
        </p>
      )}
    </fieldset>
  );
}
