import { Field } from '../ui/field.tsx';
import { words } from '../words/index.ts';

/** What of a tenant can be changed later, as it is typed. */
export interface TenantFields {
  title: string;
  sessions: string;
  keys: string;
}

/** The same as the contract has it: a limit that is empty is none. */
export function bodyOf({ title, sessions, keys }: TenantFields) {
  return { title, limits: { sessions: limitOf(sessions), keys: limitOf(keys) } };
}

/** The fields of a tenant beside its name. */
export function TenantFieldSet({ value, onChange }: { value: TenantFields; onChange: (value: TenantFields) => void }) {
  const { form } = words.value.tenants;
  const set = (part: Partial<TenantFields>): void => onChange({ ...value, ...part });
  return (
    <>
      <Field
        label={form.label}
        name="title"
        value={value.title}
        onInput={(title) => set({ title })}
        rule={form.labelRule}
      />
      <Field
        label={form.sessions}
        name="sessions"
        type="number"
        value={value.sessions}
        onInput={(sessions) => set({ sessions })}
        rule={form.limitRule}
      />
      <Field
        label={form.keys}
        name="keys"
        type="number"
        value={value.keys}
        onInput={(keys) => set({ keys })}
        rule={form.limitRule}
      />
    </>
  );
}

function limitOf(text: string): number | null {
  return text === '' ? null : Number(text);
}
