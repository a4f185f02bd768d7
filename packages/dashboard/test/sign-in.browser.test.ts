import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, test } from 'vitest';
import { inOrder } from './readers.ts';
import { walks } from './walk.ts';
import { place, useBrowser } from './world.ts';

const open = useBrowser();
const walk = walks(open);

walk(
  'the link that a start prints opens the page once; used again elsewhere it says why, and what to do',
  async (walker) => {
    const { world, page, words } = walker;
    const sessions = page.getByRole('heading', { name: words.list.title });
    const link = await world.link();
    await page.goto(link);
    await sessions.waitFor();
    // The code is in no history.
    expect(page.url()).toBe(`${world.url}/`);
    const other = await walker.open();
    await other.goto(link);
    const refusal = other.getByRole('alert');
    await refusal.waitFor();
    const said = words.told?.errors.unauthorized ?? 'was used';
    expect(await refusal.innerText()).toMatch(inOrder(said, 'unauthorized', './leadmaster open'));
    // In the browser that it has opened it stays open.
    await page.goto(link);
    await sessions.waitFor();
  },
);

walk('a wrong key is refused in words, the right one opens, and a sign-out closes for good', async (walker) => {
  const { world, page, words, press, button } = walker;
  const { signIn } = words;
  const key = page.getByLabel(signIn.key, { exact: true });
  await page.goto(`${world.url}/sessions/ventas?next=https://evil.example.org`);
  await key.fill('wrong');
  await press(button(signIn.submit));
  const said = words.told?.errors.unauthorized ?? 'The key is not valid here.';
  await page.getByRole('alert').getByText(said).waitFor();
  await key.fill(ADMIN_KEY);
  await press(button(signIn.submit));
  // The view that was asked for, on this hub: no address leads elsewhere.
  await page.getByText(words.session.gone).waitFor();
  expect(new URL(page.url()).origin).toBe(world.url);
  expect(await page.evaluate('document.cookie')).toBe('');
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ name: 'leadmaster', httpOnly: true, sameSite: 'Strict' });
  await press(button(words.app.signOut));
  await key.waitFor();
  await page.context().addCookies([cookie as NonNullable<typeof cookie>]);
  await page.reload();
  await key.waitFor();
});

walk('a tenant sees its own sessions by its own names, and is signed out when its key is revoked', async (walker) => {
  const { world, page, words } = walker;
  const key = await world.tenant('acme', ['read', 'control']);
  await world.tenant('other');
  for (const name of ['acme.ventas', 'other.secreta']) await world.given(name, 'READY');
  await world.enter(page, '/', key);
  await page.getByRole('link', { name: 'ventas', exact: true }).waitFor();
  const text = await page.locator('body').innerText();
  for (const hidden of ['secreta', 'other', 'acme.', 'm1']) expect(text).not.toContain(hidden);
  const { json } = await world.ask('/v1/me', { key });
  await world.ask(`/v1/keys/${json.keyId}`, { method: 'DELETE' });
  await page.getByLabel(words.signIn.key, { exact: true }).waitFor();
});

test('the page speaks the language of the browser; language and theme that are chosen stay', async () => {
  const world = await place();
  const page = await open({ locale: 'es-AR', colorScheme: 'light' });
  await world.enter(page);
  await page.getByRole('heading', { name: 'Sesiones' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  expect(ground).toBe('rgb(14, 17, 19)');
});
