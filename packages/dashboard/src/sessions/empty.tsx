import { may } from '../service/me.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Link } from '../ui/link.tsx';
import { words } from '../words/index.ts';

/** Where there is no session yet: what one is, and the way to the first. */
export function EmptyList() {
  const { empty } = words.value;
  return (
    <section class="panel empty">
      <h2>{empty.title}</h2>
      <p>{empty.text}</p>
      <ol class="steps">
        {empty.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {may('control') ? (
        <Link to="/new" class="button primary">
          {empty.create}
        </Link>
      ) : null}
      <p class="faint">
        {empty.alsoCli} <Copyable text="./leadmaster qr ventas" />
      </p>
    </section>
  );
}
