import type { ComponentChildren } from 'preact';
import { since } from '../model/format.ts';
import { may } from '../service/me.ts';
import { words } from '../words/index.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { Shown } from './shown.tsx';
import type { Loaded } from './use-loaded.ts';

interface PlaceProps<T> {
  title: string;
  /** The form that adds to it, and what that is called. */
  add?: { to: string; label: string };
  loaded: Loaded<T> & { askedAt: string };
  /** In front of what is loaded, also while it is loaded. */
  above?: ComponentChildren;
  /** Behind it. */
  aside?: ComponentChildren;
  children: (data: T) => ComponentChildren;
}

/** A view of the installation: its title, what adds to it, when it was asked for, and what was answered. */
export function PlaceView<T>({ title, add, loaded, above, aside, children }: PlaceProps<T>) {
  const { places } = words.value;
  return (
    <>
      <div class="title">
        <h1>{title}</h1>
        <span class="space" />
        {loaded.data === null ? null : (
          <span class="asked">
            {places.asOf(since(loaded.askedAt))}
            <button
              type="button"
              class="icon-button"
              aria-label={places.reload}
              title={places.reload}
              onClick={loaded.reload}
            >
              <Icon name="again" />
            </button>
          </span>
        )}
        {add === undefined || !may('admin') ? null : (
          <Link to={add.to} class="button primary">
            <Icon name="plus" />
            {add.label}
          </Link>
        )}
      </div>
      {above}
      <Shown loaded={loaded}>{children}</Shown>
      {aside}
    </>
  );
}

/** Where there is nothing yet: what it would be, and the way to the first. */
export function EmptyPlace({ title, text, add }: { title: string; text: string; add: { to: string; label: string } }) {
  return (
    <section class="panel empty">
      <h2>{title}</h2>
      <p>{text}</p>
      {may('admin') ? (
        <Link to={add.to} class="button primary">
          {add.label}
        </Link>
      ) : null}
    </section>
  );
}

interface RowProps {
  name: ComponentChildren;
  /** Below the name. */
  about?: ComponentChildren;
  /** How it stands. */
  children: ComponentChildren;
  facts: readonly (readonly [label: string, value: ComponentChildren])[];
  /** What can be done with it. */
  acts: ComponentChildren;
}

/** One of the things that a view lists. */
export function PlaceRow({ name, about, children, facts, acts }: RowProps) {
  return (
    <li class="place">
      <div class="who">
        <h2 class="name">{name}</h2>
        {about}
      </div>
      <div class="stands">{children}</div>
      <dl class="place-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {may('admin') ? <div class="do">{acts}</div> : null}
    </li>
  );
}

/** A form with the way back to its list. */
export function PlaceForm({
  title,
  back,
  onSubmit,
  children,
}: {
  title: string;
  back: { to: string; label: string };
  onSubmit: () => void;
  children: ComponentChildren;
}) {
  const submit = (event: Event): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <>
      <Link to={back.to} class="back">
        <Icon name="back" />
        {back.label}
      </Link>
      <form class="panel form" onSubmit={submit}>
        <h1>{title}</h1>
        {children}
      </form>
    </>
  );
}
