import { useEffect, useRef, useState } from 'preact/hooks';
import { query, setQuery } from '../model/router.ts';
import { may } from '../service/me.ts';
import { isLoaded, loadFailure, refreshAll, sessions } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Problem } from '../ui/problem.tsx';
import { words } from '../words/index.ts';
import { EmptyList } from './empty.tsx';
import { counts, filters, groups, machines, NO_TENANT, shown, tenants } from './filters.ts';
import { SessionRow } from './row.tsx';

/** So many rows are drawn at first, and more as the end comes into view. */
const ROWS = 60;

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
      {isLoaded.value ? all === 0 ? <EmptyList /> : <Filled /> : failure === null ? <Skeleton /> : null}
    </>
  );
}

function Filled() {
  const { list } = words.value;
  return (
    <>
      <Filters />
      <p class="faint count" role="status">
        {list.count(shown.value.length, sessions.value.size)}
      </p>
      {shown.value.length === 0 ? <NoMatch /> : <Rows />}
    </>
  );
}

function Filters() {
  const { list, groups: names } = words.value;
  const { q, state, tenant, machine } = filters.value;
  return (
    <search class="filters">
      <label class="search">
        <Icon name="search" />
        <span class="hidden">{list.search}</span>
        <input
          type="search"
          value={q}
          placeholder={list.search}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        />
      </label>
      <fieldset class="chips">
        <legend class="hidden">{list.state}</legend>
        {counts.value.map(([group, count]) => (
          <button
            key={group}
            type="button"
            class={`chip ${group}`}
            aria-pressed={state === group}
            onClick={() => setQuery({ state: state === group ? '' : group })}
          >
            {names[group]} <span class="number">{count}</span>
          </button>
        ))}
      </fieldset>
      <Choice name="tenant" label={list.tenant} value={tenant} options={tenants.value} />
      <Choice name="machine" label={list.machine} value={machine} options={machines.value} />
    </search>
  );
}

/** A choice among names, where there is one. */
function Choice({ name, label, value, options }: { name: string; label: string; value: string; options: string[] }) {
  const { list } = words.value;
  if (options.length < 2 && value === '') return null;
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        <option value="">{list.all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option === NO_TENANT ? list.ownTenant : option}
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
  const { groups: names, app } = words.value;
  const [limit, setLimit] = useState(ROWS);
  const end = useRef<HTMLDivElement>(null);
  const isCut = shown.value.length > limit;
  useEffect(() => {
    if (end.current === null || !isCut) return;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) setLimit((before) => before + ROWS);
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [isCut, limit]);
  const drawn = new Set(shown.value.slice(0, limit));
  return (
    <>
      {groups.value.map(([group, items]) => {
        const rows = items.filter((session) => drawn.has(session));
        if (rows.length === 0) return null;
        return (
          <section key={group} aria-labelledby={`group-${group}`}>
            <h2 id={`group-${group}`} class={`group ${group}`}>
              {names[group]} <span class="number">{items.length}</span>
            </h2>
            <ul class="rows">
              {rows.map((session) => (
                <SessionRow key={session.name} session={session} />
              ))}
            </ul>
          </section>
        );
      })}
      <div ref={end} class="end">
        {isCut ? <Button onClick={() => setLimit(limit + ROWS)}>{app.more}</Button> : null}
      </div>
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
