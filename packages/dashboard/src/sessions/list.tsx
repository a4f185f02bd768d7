import { visible } from '@leadmaster/protocol';
import { query, setQuery } from '../model/router.ts';
import { GROUPS } from '../model/states.ts';
import { may } from '../service/me.ts';
import { isLoaded, loadFailure, refreshAll, sessions } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Problem } from '../ui/problem.tsx';
import { Windowed } from '../ui/windowed.tsx';
import { words } from '../words/index.ts';
import { BulkProgress } from './bulk-progress.tsx';
import { run } from './bulk-run.ts';
import { EmptyList } from './empty.tsx';
import { counts, filters, groups, machines, NO_TENANT, shown, tenants } from './filters.ts';
import { SessionRow } from './row.tsx';
import { ticked } from './selection.ts';
import { ownOrders, SelectionBar } from './selection-bar.tsx';

/** Every session, trouble first. */
export function SessionList() {
  const { app, list } = words.value;
  const failure = loadFailure.value;
  const all = sessions.value.size;
  return (
    <>
      <div class="title">
        <h1>{list.title}</h1>
        {all === 0 || !may('control') ? null : (
          <Link to="/new" class="button primary">
            <Icon name="plus" />
            {list.create}
          </Link>
        )}
      </div>
      {failure === null ? null : (
        <Problem error={failure}>
          <Button onClick={() => void refreshAll()}>{app.tryAgain}</Button>
        </Problem>
      )}
      {all > 0 ? <Filled /> : isLoaded.value ? <EmptyList /> : failure === null ? <Skeleton /> : null}
    </>
  );
}

function Filled() {
  const { list } = words.value;
  return (
    <>
      <Filters />
      <BulkProgress />
      <SelectionBar count={list.count(shown.value.length, sessions.value.size)} />
      {shown.value.length === 0 ? <NoMatch /> : <Rows />}
    </>
  );
}

function Filters() {
  const { list } = words.value;
  const { tenant, machine } = filters.value;
  return (
    <search class="filters">
      <label class="search">
        <Icon name="search" />
        <span class="hidden">{list.search}</span>
        <input
          type="search"
          value={query.value.get('q') ?? ''}
          placeholder={list.search}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        />
      </label>
      <Chips />
      <Choice name="tenant" label={list.tenant} all={list.allTenants} value={tenant} options={tenants.value} />
      <Choice name="machine" label={list.machine} all={list.allMachines} value={machine} options={machines.value} />
    </search>
  );
}

function Chips() {
  const { list, groups: names } = words.value;
  const { state } = filters.value;
  return (
    <fieldset class="chips">
      <legend class="hidden">{list.state}</legend>
      {GROUPS.map((group) => (
        <button
          key={group}
          type="button"
          class={`chip ${group}`}
          aria-pressed={state === group}
          onClick={() => setQuery({ state: state === group ? '' : group })}
        >
          {names[group]} <span class="number">{counts.value[group]}</span>
        </button>
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  /** What none of them is called. */
  all: string;
  value: string;
  options: string[];
}

/** A choice among names, where there is one. */
function Choice({ name, label, all, value, options }: ChoiceProps) {
  const { list } = words.value;
  if (options.length < 2 && value === '') return null;
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option === NO_TENANT ? list.ownTenant : visible(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

function NoMatch() {
  const { list } = words.value;
  const clear = (): void => setQuery(Object.fromEntries([...query.value.keys()].map((name) => [name, ''])));
  return (
    <div class="panel calm">
      <p>{list.noMatch}</p>
      <Button onClick={clear}>{list.clear}</Button>
    </div>
  );
}

function Rows() {
  const { groups: names } = words.value;
  const outcomes = run.value?.outcomes;
  const isTickable = ownOrders().length > 0;
  return (
    <>
      {groups.value.map(([group, items]) => (
        <section key={group} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`} class={`group ${group}`}>
            {names[group]} <span class="number">{items.length}</span>
          </h2>
          <Windowed items={items} nameOf={({ name }) => name} class={`rows windowed ${group}`}>
            {(session) => (
              <SessionRow
                session={session}
                isTicked={isTickable ? ticked.value.has(session.name) : null}
                outcome={outcomes?.get(session.name)}
              />
            )}
          </Windowed>
        </section>
      ))}
    </>
  );
}

function Skeleton() {
  return (
    <div class="rows skeleton" role="status">
      <span class="hidden">{words.value.app.loading}</span>
      {[0, 1, 2].map((row) => (
        <div key={row} class="row" />
      ))}
    </div>
  );
}
