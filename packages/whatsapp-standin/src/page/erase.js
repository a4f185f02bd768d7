/**
 * How the page gives up its login: everything that makes it one is deleted, and the page reloads.
 */
const NAVIGATE_AFTER_MS = 250;

/** Deletes the login and every database. A database that is open closes itself when it hears of it. */
export async function eraseProfile() {
  localStorage.clear();
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => deleteDatabase(name)));
}

function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** The page itself gives the login up: `logout_reason` tells why, and with 3 come texts for the user. */
export async function eraseFor({ code, header, subtext }) {
  await eraseProfile();
  const query = new URLSearchParams({ logout_reason: String(code) });
  if (header !== undefined) query.set('logout_message_header', header);
  if (subtext !== undefined) query.set('logout_message_subtext', subtext);
  soon(() => location.replace(`/?${query}`));
}

/** A moment later, so that those who called hear how it went. */
export function soon(action) {
  setTimeout(action, NAVIGATE_AFTER_MS);
}
