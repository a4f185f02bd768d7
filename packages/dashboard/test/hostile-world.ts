import { SERVICE_TOKEN, startTestManager, type TestManager } from '@leadmaster/testkit';
import { expect, onTestFinished } from 'vitest';
import { type HubWorld, hubOver, tampered } from '../../central-hub/test/hub.ts';
import { DIST } from './build.ts';
import { hostileMachine } from './hostile-machine.ts';
import { ALL_EVIL, EVIL, marked } from './inert.ts';

export interface Hostile {
  hub: HubWorld;
  manager: TestManager;
  url: string;
}

/** Words that every object has, which are good names here. */
const OF_OBJECTS = ['constructor', 'hasOwnProperty', 'toString', 'valueOf'];

/** A hub over a machine that tells anything, with sessions, tenants, keys and messages that are named by those who want to harm. */
export async function hostile(): Promise<Hostile> {
  const manager = await startTestManager({ env: { PROBE_DEADLINE_S: '3600' } });
  onTestFinished(() => manager.close());
  const hub = await hubOver([], { dashboard: DIST, wrongKeyWaitMs: 0 });
  const port = await hostileMachine(manager, ALL_EVIL);
  const done = async (path: string, body: object, method = 'POST', headers: Record<string, string> = {}) => {
    const { status, text } = await hub.ask(path, { method, body, headers });
    expect([path, status < 300, text]).toEqual([path, true, text]);
  };
  await done('/v1/machines', { name: 'constructor', url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN });
  await manager.given('ventas', 'READY');
  await manager.given('wrong', 'WRONG_ACCOUNT');
  await manager.given('error', 'ERROR');
  await manager.given('nueva', 'QR_REQUIRED');
  await manager.given('timeless', 'READY');
  for (const name of ['ventas', 'wrong']) {
    const account = { ...manager.stage.accountOf(name), name: ALL_EVIL };
    (await manager.engine.runOf(name)).tell({ type: 'ready', account, webVersion: '2.3000.1' });
  }
  await hub.until('ventas', 'READY');
  for (const name of ['ventas', 'timeless']) await manager.take(name);
  await done('/v1/sessions/ventas/snapshots', {}, 'POST', { prefer: 'respond-async' });
  const notes = EVIL.map((text, at) => [marked(`${at} ${text}`.slice(0, 60)), marked(text)]);
  const metadata = Object.fromEntries([...notes, ...OF_OBJECTS.map((word) => [word, word])]);
  await done('/v1/sessions/ventas', { metadata }, 'PATCH');
  await done('/v1/sessions/ventas/messages', { to: '5491122334455', text: ALL_EVIL });
  await done('/v1/tenants', { name: 'constructor', title: '' });
  await done('/v1/sessions', { name: 'constructor.constructor', start: false });
  await done('/v1/tenants/constructor', { title: marked('\u202e<script>window.ran=1</script>') }, 'PATCH');
  const key = marked('\u202e<img src=x onerror=window.ran=1>');
  await done('/v1/keys', { name: key, tenant: 'constructor', scopes: ['read'], sessions: ['constructor'] });
  await audited(hub);
  return { hub, manager, url: `http://127.0.0.1:${hub.port}` };
}

/** Lines of the audit that one who writes into the database has changed; one names the hostile key. */
async function audited(hub: HubWorld): Promise<void> {
  const { id } = (await hub.ask('/v1/keys')).json.items[0];
  const text = ALL_EVIL.replaceAll("'", "''");
  const detail = JSON.stringify({ [ALL_EVIL]: ALL_EVIL }).replaceAll("'", "''");
  const set = `action = '${text}', target = '${text} session:${text} constructor:x', result = '${text}'`;
  await tampered(
    hub,
    `update audit set ${set}, source = '${text}', actor = '${text}', detail = '${detail}' where id = 1`,
  );
  const words = `action = 'constructor', target = 'constructor:constructor', result = 'constructor'`;
  await tampered(hub, `update audit set ${words}, actor = 'constructor' where id = 2`);
  await tampered(hub, `update audit set actor = 'key:${id}' where id = 3`);
}
