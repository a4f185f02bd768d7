import { LeadMasterError } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { go, query } from '../model/router.ts';
import { client } from '../service/client.ts';
import { refreshAll } from '../service/sessions.ts';
import { Field } from '../ui/field.tsx';
import { PlaceForm } from '../ui/place.tsx';
import { Submit } from '../ui/submit.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { bodyOf, TenantFieldSet } from './fields.tsx';

/** `/tenants/new`: a client, by its name. What machines hold under that name is named first, and must be confirmed to be its own. */
export function AddTenant() {
  const { form } = words.value.tenants;
  const [name, setName] = useState(query.value.get('name') ?? '');
  const [fields, setFields] = useState({ title: '', sessions: '', keys: '' });
  const [acceptRemains, setAccept] = useState(false);
  const order = useOrder();
  const hasRemains = order.error instanceof LeadMasterError && order.error.code === 'tenant_has_remains';
  const add = async (): Promise<void> => {
    await client.call('createTenant', { body: { name, ...bodyOf(fields), acceptRemains } });
    // Sessions that waited for it belong to it now.
    await refreshAll();
    go('/tenants');
  };
  return (
    <PlaceForm
      title={form.title}
      back={{ to: '/tenants', label: words.value.places.names.tenants }}
      onSubmit={() => void order.give(add)}
    >
      <Field label={form.name} name="name" value={name} onInput={setName} rule={form.nameRule} isRequired isFirst />
      <TenantFieldSet value={fields} onChange={setFields} />
      <Submit order={order} label={form.submit} running={form.submitting}>
        {hasRemains || acceptRemains ? (
          <label class="tick">
            <input
              type="checkbox"
              checked={acceptRemains}
              onChange={({ currentTarget }) => setAccept(currentTarget.checked)}
            />
            <span>{form.accept}</span>
          </label>
        ) : null}
      </Submit>
    </PlaceForm>
  );
}
