import type { Tenant } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { bodyOf, TenantFieldSet, type TenantFields } from './fields.tsx';

/** Changes the title and the limits of a tenant. */
export function ChangeTenant({ tenant, onChange }: { tenant: Tenant; onChange: () => void }) {
  const { places, tenants, app } = words.value;
  const [typed, setTyped] = useState<TenantFields | null>(null);
  const order = useOrder();
  const close = (): void => {
    setTyped(null);
    order.forget();
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed === null) return;
    const asked = { params: { tenant: tenant.name }, body: bodyOf(typed) };
    if (!(await order.give(() => client.call('changeTenant', asked)))) return;
    close();
    onChange();
  };
  return (
    <>
      <Button onClick={() => setTyped(fieldsOf(tenant))}>{places.change}</Button>
      {typed === null ? null : (
        <Dialog title={tenants.changeTitle(tenant.name)} onClose={close}>
          <form class="form" onSubmit={(event) => void save(event)}>
            <TenantFieldSet value={typed} onChange={setTyped} />
            {order.error === null ? null : <Problem error={order.error} />}
            <div class="buttons">
              <Button type="submit" kind="primary" isBusy={order.isRunning}>
                {places.save}
              </Button>
              <Button onClick={close}>{app.cancel}</Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}

function fieldsOf({ title, limits: { sessions, keys } }: Tenant): TenantFields {
  return { title, sessions: String(sessions ?? ''), keys: String(keys ?? '') };
}
