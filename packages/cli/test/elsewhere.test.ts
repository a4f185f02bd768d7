import { ADMIN_KEY } from '@leadmaster/testkit';
import { freePort } from '@leadmaster/testkit/free-port';
import { expect, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { run, service, tempFolder } from './harness.ts';

/** The command line on a machine without any service, with these settings. */
function elsewhere(env: Record<string, string>) {
  const here = { LEADMASTER_DATA_DIR: tempFolder(), SESSION_MANAGER_PORT: '1', ...env };
  return (line: string) => run(line.split(' '), { env: here });
}

test("with LEADMASTER_URL and a tenant's key, commands speak with the hub, and names are the tenant's own", async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: await hub.tenant('acme') });
  const made = await cli('session create ventas --json');
  expect([made.code, JSON.parse(made.stdout)]).toMatchObject([0, { name: 'ventas', reason: 'requested' }]);
  expect((await hub.ask('/v1/sessions/acme.ventas')).json).toMatchObject({ name: 'acme.ventas', machine: 'm1' });
  await hub.managers.m1?.given('acme.ventas', 'READY');
  expect(await cli('sessions ventas')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ventas +READY/m) });
  await hub.until('acme.ventas', 'READY');
  expect(JSON.parse((await cli('sessions --json')).stdout)).toMatchObject([{ name: 'ventas', state: 'READY' }]);
  // The hub's copy of the state may be there before the event that tells of it.
  await expect.poll(async () => (await cli('events ventas')).stdout).toContain('session.state');
  expect(await cli('session stop ventas')).toMatchObject({ code: 0 });
});

test('a session that has no tenant is named to the operator, with what to do', async () => {
  const hub = await hubOver(['m1']);
  const url = { LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY };
  await hub.managers.m1?.given('acme.ventas', 'READY');
  await hub.until('acme.ventas', 'READY');
  for (const line of ['sessions', 'sessions acme.ventas']) {
    const told = await elsewhere(url)(line);
    expect(told.stdout).toMatch(/^acme\.ventas +READY, no tenant/m);
    expect(told.stderr).toContain('./leadmaster tenants create acme --accept-remains');
  }
  const json = JSON.parse((await elsewhere(url)('sessions --json')).stdout);
  expect(json).toMatchObject([{ name: 'acme.ventas', noTenant: true, tenant: 'acme', machine: 'm1' }]);
  const spanish = await elsewhere({ ...url, LEADMASTER_LANG: 'es' })('sessions');
  expect([spanish.stdout, spanish.stderr]).toEqual([
    expect.stringContaining('sin inquilino'),
    expect.stringContaining('tenants create acme --accept-remains'),
  ]);
  expect((await elsewhere(url)('tenants create acme --accept-remains')).code).toBe(0);
  expect((await elsewhere(url)('sessions')).stdout).not.toContain('no tenant');
});

test("what is the operator's sends a tenant's key to the operator, in Spanish too", async () => {
  const hub = await hubOver(['m1']);
  const url = { LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: await hub.tenant('acme') };
  expect(await elsewhere(url)('audit')).toMatchObject({ code: 5, stderr: expect.stringContaining('Ask the operator') });
  const spanish = await elsewhere({ ...url, LEADMASTER_LANG: 'es' })('audit');
  expect(spanish).toMatchObject({ code: 5, stderr: expect.stringContaining('pídalo al operador') });
});

test("snapshot list through a hub has those of the key's own sessions", async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: await hub.tenant('acme') });
  await hub.ask('/v1/tenants', { body: { name: 'other' } });
  for (const name of ['acme.ventas', 'other.ventas']) {
    await hub.ask('/v1/sessions', { body: { name } });
    await hub.managers.m1?.given(name, 'READY');
    await hub.managers.m1?.take(name);
  }
  await hub.until('acme.ventas', 'READY');
  const { items } = JSON.parse((await cli('snapshot list --json')).stdout);
  const { json } = await hub.ask('/v1/sessions/acme.ventas/snapshots');
  const named = ({ id }: { id: string }) => ({ session: 'ventas', id });
  expect(items).toMatchObject(json.items.map(named));
});

test('tenants, keys and machines are those of the hub that LEADMASTER_URL names', async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY });
  expect(await cli('tenants create acme')).toMatchObject({ code: 0 });
  const { key } = JSON.parse((await cli('keys create app --tenant acme --json')).stdout);
  expect((await hub.ask('/v1/me', { key })).json).toMatchObject({ tenant: 'acme' });
  expect((await cli('machines list')).stdout).toMatch(/^m1 +up/m);
});

test('sending is switched off for a tenant or a machine at the hub, and the lists tell it', async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY });
  await cli('tenants create acme');
  await hub.managers.m1?.given('acme.ventas', 'READY');
  await hub.until('acme.ventas', 'READY');
  expect(await cli('sending off --tenant acme')).toMatchObject({
    ...{ code: 0, stdout: 'The sessions of acme only listen.\n', stderr: '' },
  });
  expect((await cli('tenants list')).stdout).toMatch(/^acme, listens/m);
  const kept = await cli('sending acme.ventas on');
  expect([kept.code, kept.stderr]).toEqual([0, expect.stringContaining('above it, sending is off')]);
  expect(await cli('sending off --machine m1')).toMatchObject({ code: 0 });
  expect((await cli('machines list')).stdout).toMatch(/^m1 +up, listens/m);
  expect(await cli('sending on --tenant acme --machine m1')).toMatchObject({ code: 2 });
  expect(await cli('sending on --tenant none')).toMatchObject({ code: 3 });
  await cli('sending on --machine m1');
  await cli('sending on --tenant acme');
  expect((await hub.ask('/v1/sessions/acme.ventas')).json.canSend).toBe(true);
});

test('all pages of the sessions of a hub are listed', async () => {
  const hub = await hubOver(['m1']);
  const names = Array.from({ length: 101 }, (_one, at) => `s${String(at).padStart(3, '0')}`);
  for (const name of names) await hub.ask('/v1/sessions', { body: { name, start: false } });
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY });
  const listed: { name: string }[] = JSON.parse((await cli('sessions --json')).stdout);
  expect(listed.map(({ name }) => name)).toEqual(names);
});

test('LEADMASTER_URL may name a session manager elsewhere', async () => {
  const there = await service();
  await there.given('ventas', 'READY');
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${there.port}`, LEADMASTER_KEY: ADMIN_KEY });
  expect((await cli('sessions')).stdout).toMatch(/^ventas +READY/m);
});

test('what works on a disk is refused, with the machine of the session where the hub tells it', async () => {
  const hub = await hubOver(['m1']);
  const url = `http://127.0.0.1:${hub.port}`;
  await hub.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  const cli = elsewhere({ LEADMASTER_URL: url, LEADMASTER_KEY: ADMIN_KEY });
  const where = await cli('where ventas');
  expect(where).toMatchObject({ code: 2, stdout: '' });
  expect(where.stderr).toContain('the machine of the session: ventas is on m1.');
  expect(where.stderr).toContain('on that machine, without LEADMASTER_URL.');
  expect(await cli('where keine')).toMatchObject({ code: 3 });
  for (const line of ['doctor', 'report', 'adopt /tmp/x --name x', 'vault accept', 'vault repair']) {
    const { code, stderr } = await cli(line);
    expect([line, code, stderr]).toEqual([line, 2, expect.stringContaining(`LEADMASTER_URL is ${url}.`)]);
  }
});

test('--machine says which machine behind the hub is meant', async () => {
  const hub = await hubOver(['m1', 'm2']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY });
  await hub.managers.m2?.given('ventas', 'READY');
  await hub.managers.m2?.take('ventas');
  expect((await cli('recover')).stderr).toContain('with --machine');
  const held = async (machine: string) => JSON.parse((await cli(`recover --machine ${machine} --json`)).stdout).items;
  expect(await held('m1')).toEqual([]);
  expect(await held('m2')).toMatchObject([{ session: 'ventas' }]);
  for (const line of ['builds', 'place show']) expect(await cli(`${line} --machine m2`)).toMatchObject({ code: 0 });
  expect(await cli('builds --machine m3')).toMatchObject({ code: 3 });
  expect(await cli('builds --machine ../x')).toMatchObject({ code: 2 });
  // Each is answered by the service of that machine: the tests' has no doctor.
  for (const line of ['doctor', 'report']) {
    expect((await cli(`${line} --machine m2 --json`)).stdout).toContain('unprocessable');
    const { code, stderr } = await cli(`${line} --machine m2 --code .`);
    expect([line, code, stderr]).toEqual([line, 2, expect.stringContaining('m2 is another machine')]);
  }
});

test('a service elsewhere that is silent is never replaced by the disk of this machine', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const cli = elsewhere({ LEADMASTER_URL: url, LEADMASTER_KEY: ADMIN_KEY });
  for (const line of ['storage', 'storage ventas', 'check ventas', 'snapshot list', 'recover', 'place show']) {
    const { code, stderr } = await cli(line);
    expect([line, code, stderr]).toEqual([line, 6, expect.stringContaining('Is LEADMASTER_URL right')]);
  }
});

test('the key of the data folder is never shown to a service elsewhere', async () => {
  const there = await service();
  const cli = elsewhere({
    LEADMASTER_URL: `http://127.0.0.1:${there.port}`,
    LEADMASTER_ADMIN_KEY: ADMIN_KEY,
  });
  const { code, stderr } = await cli('sessions');
  expect([code, stderr]).toEqual([2, expect.stringContaining('Set LEADMASTER_KEY')]);
});

test('a key that is refused there is named by where it came from', async () => {
  const there = await service();
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${there.port}`, LEADMASTER_KEY: 'another' });
  const { code, stderr } = await cli('sessions');
  expect([code, stderr]).toEqual([5, expect.stringContaining('The key came from LEADMASTER_KEY')]);
});

test('LEADMASTER_KEY alone is shown to the hub of this machine', async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ HUB_PORT: String(hub.port), LEADMASTER_KEY: await hub.tenant('acme') });
  expect(await cli('session create ventas --no-start')).toMatchObject({ code: 0 });
  expect((await hub.ask('/v1/sessions/acme.ventas')).status).toBe(200);
});

test('where the session manager runs without a hub, tenants say which service is missing', async () => {
  const here = await service();
  const { code, stderr } = await here.cli('tenants list', { env: { HUB_PORT: String(await freePort()) } });
  expect([code, stderr]).toEqual([6, expect.stringContaining('set HUB_PORT to it')]);
  expect(stderr).not.toContain('SESSION_MANAGER_PORT');
});

const WRONG: [url: string, why: string][] = [
  ['http://hub.example.org', 'in the clear'],
  ['https://hub.example.org/v1', 'more than scheme, host and port'],
  ['https://user:secret@hub.example.org', 'a name or a password'],
  ['ftp://hub.example.org', 'ftp: is not spoken here'],
  ['hub.example.org', 'it is no URL'],
];

test.each(WRONG)('LEADMASTER_URL=%s is refused before anything is asked', async (url, why) => {
  const { code, stderr } = await elsewhere({ LEADMASTER_URL: url, LEADMASTER_KEY: 'k' })('sessions');
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  expect(stderr).not.toContain('secret');
});

test('open prints a link that signs one browser in, with what the key may do', async () => {
  const hub = await hubOver([]);
  const url = `http://127.0.0.1:${hub.port}`;
  const cli = elsewhere({ LEADMASTER_URL: url, LEADMASTER_KEY: await hub.tenant('acme') });
  const { code, stdout, stderr } = await cli('open');
  expect([code, stderr]).toEqual([0, expect.stringContaining('once')]);
  const [, secret] = /^http:\/\/127\.0\.0\.1:\d+\/sign-in#code=(\w{40})\n$/.exec(stdout) ?? [];
  const signedIn = await hub.ask('/v1/sign-in', { key: null, body: { code: secret } });
  expect(signedIn.json).toMatchObject({ kind: 'tenant', tenant: 'acme' });
  expect((await hub.ask('/v1/sign-in', { key: null, body: { code: secret } })).status).toBe(401);
});

test('what a key may do, and on what, is named with spaces or commas between', async () => {
  const hub = await hubOver(['m1']);
  const cli = elsewhere({ LEADMASTER_URL: `http://127.0.0.1:${hub.port}`, LEADMASTER_KEY: ADMIN_KEY });
  const made = {
    scopes: ['read', 'send'],
    sessions: ['ventas', 'caja'],
    addresses: ['10.0.0.1', '10.1.0.0/16'],
  };
  for (const between of [' ', ',', ', ']) {
    const options = Object.entries(made).map(([name, values]) => `--${name} ${values.join(between)}`);
    const { code, stdout, stderr } = await cli(`keys create app ${options.join(' ')} --json`);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(made);
  }
  const wrong = await cli('keys create app --scopes read,fly');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/'read,fly'.*read, send, control/s) });
});
