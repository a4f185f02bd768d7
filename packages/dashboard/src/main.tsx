import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { isSignedOut } from './service/client.ts';
import { keepLive } from './service/live.ts';
import { lookWhoIsIn, me, signIn, takeCode } from './service/me.ts';
import { isInSight } from './service/sight.ts';
import { preferredLanguage, showLanguage } from './words/index.ts';

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no place for the dashboard');

/** Resolves once the page is drawn. It is not awaited here: what the page then loads imports from the file that this module is in. */
export const drawn = begin(root);

async function begin(place: HTMLElement): Promise<void> {
  await showLanguage(preferredLanguage());
  let linkFailure: unknown = null;
  const code = takeCode();
  if (code === null) await lookWhoIsIn();
  else {
    await signIn({ code }).catch(async (error: unknown) => {
      linkFailure = error;
      // A link that was used before may be of this very browser.
      await lookWhoIsIn();
    });
  }
  render(<App linkFailure={linkFailure} />, place);
}

/** Browsers keep a page as it was, for a step back: what it shows may be for the one before, who has signed out since. */
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

/** The stream is there while a key is signed in and the page may be looked at, and one at a time. */
let following: AbortController | null = null;
effect(() => {
  const isFollowed = me.value !== null && !isSignedOut.value && isInSight.value;
  if (isFollowed === (following !== null)) return;
  following?.abort();
  following = isFollowed ? new AbortController() : null;
  if (following !== null) void keepLive(following.signal);
});
