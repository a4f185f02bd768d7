import { ADMIN_KEY, send, type TestManager } from '@leadmaster/testkit';
import { run } from '../harness.ts';
import { clientsOf, type World } from './world.ts';

/** What is asked to send: a session, by its full name, on the machine where it is. */
export interface Knock {
  world: World;
  manager: TestManager;
  name: string;
  text: string;
  /** The sessions of clients of earlier services. */
  names: readonly string[];
}

/** What a door says: `sent`, or why not. */
export type Door = (knock: Knock) => Promise<string>;

type Answer = Awaited<ReturnType<typeof send>>;

const TO = '5491100000002';
const OWN_PAGE = { 'x-leadmaster-request': '1' };

const bodyOf = ({ text }: Knock) => ({ to: TO, text });
const oldBodyOf = ({ text }: Knock) => ({ to: TO, message: text });
const ownNameOf = ({ name }: Knock) => name.replace('acme.', '');
const clientOf = ({ name, names }: Knock) => [...clientsOf(names)].find(([, session]) => session === name)?.[0] ?? '';

/** Routes of earlier services say why they are not ready beside it. */
function said({ status, json, text }: Answer): string {
  if (status < 300) return 'sent';
  return json?.reason ?? json?.code ?? text;
}

async function command(knock: Knock, session: string, env: Record<string, string>): Promise<string> {
  const args = ['send', session, TO, knock.text, '--no-wait', '--json'];
  const { code, stdout } = await run(args, { env: { LEADMASTER_DATA_DIR: knock.world.folder, ...env } });
  return code === 0 ? 'sent' : JSON.parse(stdout).error.code;
}

async function signedIn({ world, name, ...knock }: Knock): Promise<Answer> {
  const { headers } = await world.ask('/v1/sign-in', { key: null, body: { key: world.key } });
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const by = { key: null, headers: { cookie, ...OWN_PAGE } };
  return world.ask(`/v1/sessions/${name}/messages`, { ...by, body: { to: TO, text: knock.text } });
}

/** Everything by which a text can be sent. */
export const DOORS: Readonly<Record<string, Door>> = {
  'v1 of the manager': async (knock) =>
    said(await send(knock.manager.port, `/v1/sessions/${knock.name}/messages`, { body: bodyOf(knock) })),
  'v1 of the manager, under a key that is repeated': async (knock) => {
    const asked = { body: bodyOf(knock), headers: { 'idempotency-key': `again ${knock.name} ${knock.text}` } };
    await send(knock.manager.port, `/v1/sessions/${knock.name}/messages`, asked);
    return said(await send(knock.manager.port, `/v1/sessions/${knock.name}/messages`, asked));
  },
  '/send of the manager, by X-Session': async (knock) =>
    said(await send(knock.manager.port, '/send', { body: oldBodyOf(knock), headers: { 'x-session': knock.name } })),
  '/send of the manager, without a key, by the id of a client': async (knock) =>
    said(
      await send(knock.manager.port, '/send', {
        key: null,
        body: { ...oldBodyOf(knock), cliente_id: clientOf(knock) },
      }),
    ),
  'v1 of the hub, by the operator': async (knock) =>
    said(await knock.world.ask(`/v1/sessions/${knock.name}/messages`, { body: bodyOf(knock) })),
  "v1 of the hub, by the tenant under the session's own name": async (knock) =>
    said(
      await knock.world.ask(`/v1/sessions/${ownNameOf(knock)}/messages`, { key: knock.world.key, body: bodyOf(knock) }),
    ),
  'v1 of the hub, by a browser that is signed in': async (knock) => said(await signedIn(knock)),
  '/send of the hub, by X-Session': async (knock) => {
    const headers = { 'x-session': ownNameOf(knock) };
    return said(await knock.world.ask('/send', { key: knock.world.key, headers, body: oldBodyOf(knock) }));
  },
  '/send of the hub, without a key, by the id of a client': async (knock) =>
    said(
      await knock.world.ask('/send', {
        key: null,
        headers: { 'x-cliente-id': clientOf(knock) },
        body: oldBodyOf(knock),
      }),
    ),
  'the command line, at the manager': (knock) =>
    command(knock, knock.name, { SESSION_MANAGER_PORT: String(knock.manager.port), LEADMASTER_ADMIN_KEY: ADMIN_KEY }),
  'the command line, at the hub': (knock) =>
    command(knock, ownNameOf(knock), {
      LEADMASTER_URL: `http://127.0.0.1:${knock.world.port}`,
      LEADMASTER_KEY: knock.world.key,
    }),
};
