import { mayVisit } from './model/places.ts';
import { path, view } from './model/router.ts';
import { nextTheme, theme } from './model/theme.ts';
import { Nav } from './nav.tsx';
import { PlaceOf } from './place-of.tsx';
import { isSignedOut, line } from './service/client.ts';
import { lookWhoIsIn, may, me, meFailure, offeredCode, signOut } from './service/me.ts';
import { SessionView } from './session/view.tsx';
import { CreateSession } from './sessions/create.tsx';
import { SessionList } from './sessions/list.tsx';
import { OfferedLink, SignIn } from './sign-in.tsx';
import { Boundary } from './ui/boundary.tsx';
import { Button } from './ui/button.tsx';
import { Icon } from './ui/icon.tsx';
import { Link } from './ui/link.tsx';
import { Problem } from './ui/problem.tsx';
import { showLanguage, words } from './words/index.ts';

/** The page: its head, and the view that the address names. */
export function App({ linkFailure }: { linkFailure: unknown }) {
  const { app } = words.value;
  return (
    <>
      <a class="skip" href="#content">
        {app.skip}
      </a>
      <Head />
      <main id="content" tabIndex={-1}>
        <Boundary key={path.value}>
          <Content linkFailure={linkFailure} />
        </Boundary>
      </main>
    </>
  );
}

function Content({ linkFailure }: { linkFailure: unknown }) {
  const { app } = words.value;
  if (offeredCode.value !== null) return <OfferedLink code={offeredCode.value} />;
  if (isSignedOut.value) return <SignIn failure={linkFailure} />;
  if (meFailure.value !== null) {
    return (
      <Problem error={meFailure.value}>
        <Button onClick={() => void lookWhoIsIn()}>{app.tryAgain}</Button>
      </Problem>
    );
  }
  if (me.value === null) return <p role="status">{app.loading}</p>;
  const shown = view.value;
  if (shown.name === 'sessions') return <SessionList />;
  if (shown.name === 'new') return <CreateSession />;
  if (shown.name === 'session') return <SessionView key={shown.session} name={shown.session} />;
  if (shown.name === 'place' && mayVisit(shown.place)) {
    return <PlaceOf key={location.pathname} place={shown.place} isNew={shown.isNew && may('admin')} />;
  }
  return (
    <div class="panel calm">
      <p>{app.notHere}</p>
      <Link to="/" class="button">
        {app.back}
      </Link>
    </div>
  );
}

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function Head() {
  const { app } = words.value;
  const who = isSignedOut.value ? null : me.value;
  return (
    <header class="head">
      <Link to="/" class="brand">
        <span class="mark" aria-hidden="true" />
        LeadMaster
      </Link>
      {who === null ? null : <Nav />}
      <span class="space" />
      {who === null ? null : <Line />}
      {who === null ? null : <span class="faint who-is-in">{who.tenant ?? app.operator}</span>}
      <button
        type="button"
        class="text-button"
        lang={app.languageCode}
        onClick={() => void showLanguage(app.languageCode, true)}
      >
        {app.language}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={app.theme[theme.value]}
        title={app.theme[theme.value]}
        onClick={nextTheme}
      >
        <Icon name={THEME_ICONS[theme.value]} />
      </button>
      {who === null ? null : (
        <button
          type="button"
          class="icon-button"
          aria-label={app.signOut}
          title={app.signOut}
          onClick={() => void signOut()}
        >
          <Icon name="exit" />
        </button>
      )}
    </header>
  );
}

/** Whether what is shown is live. */
function Line() {
  const text = words.value.app.line[line.value];
  return (
    <span class={`line ${line.value}`} role="status">
      {text}
    </span>
  );
}
