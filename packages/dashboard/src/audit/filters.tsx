import { pathWith, replace } from '../model/router.ts';
import { words } from '../words/index.ts';

/** What the lines are narrowed to; they stand in the address. */
const NAMES = ['session', 'tenant', 'actor', 'action'] as const;
export type Filters = Record<(typeof NAMES)[number], string>;

export function filtersIn(query: URLSearchParams): Filters {
  const part = (name: string): string => query.get(name) ?? '';
  return { session: part('session'), tenant: part('tenant'), actor: part('actor'), action: part('action') };
}

/** Each is asked for once it was typed to its end. Another filter begins at the newest lines. */
export function AuditFilters({ value }: { value: Filters }) {
  const { filters, acts } = words.value.audit;
  const set = (part: Partial<Filters>): void => replace(pathWith('/audit', { ...value, ...part }));
  return (
    <search class="filters">
      {(['session', 'tenant', 'actor'] as const).map((name) => (
        <label key={name} class="choice">
          <span>{filters[name]}</span>
          <input
            value={value[name]}
            autoCapitalize="none"
            spellcheck={false}
            onChange={({ currentTarget }) => set({ [name]: currentTarget.value.trim() })}
          />
        </label>
      ))}
      <label class="choice">
        <span>{filters.action}</span>
        <select value={value.action} onChange={({ currentTarget }) => set({ action: currentTarget.value })}>
          <option value="">{filters.any}</option>
          {Object.entries(acts)
            .sort(([, one], [, other]) => one.localeCompare(other))
            .map(([id, text]) => (
              <option key={id} value={id}>
                {text}
              </option>
            ))}
        </select>
      </label>
    </search>
  );
}
