import { mayVisit } from '../model/places.ts';
import { may } from '../service/me.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Link } from '../ui/link.tsx';
import { words } from '../words/index.ts';

/** Where there is no session yet: what one is, and the ways to the first. */
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
      {may('control') ? <ByProgram /> : null}
    </section>
  );
}

/** The same by a program: a key, and the call that makes a session. */
function ByProgram() {
  const { empty } = words.value;
  const call =
    `curl ${location.origin}/v1/sessions -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' ` +
    `-d '{"name":"ventas"}'`;
  return (
    <>
      <hr />
      <h3>{empty.program}</h3>
      <p>{empty.programText}</p>
      <Copyable text={call} />
      <div class="buttons">
        {mayVisit('keys') ? (
          <Link to="/keys/new" class="button">
            {empty.makeKey}
          </Link>
        ) : null}
        <a href="/docs">{empty.docs}</a>
      </div>
    </>
  );
}
