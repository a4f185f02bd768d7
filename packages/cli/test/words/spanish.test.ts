import { accountOf, PHONE } from '@leadmaster/testkit';
import { describe, expect, test, vi } from 'vitest';
import { type Ran, service as startService } from '../harness.ts';
import { englishSentences, flat } from './texts.ts';

const LANGUAGES = ['en', 'es'] as const;
const SENTENCES = englishSentences();

type Service = Awaited<ReturnType<typeof startService>>;

/** A command in Spanish, as it is read: none of its sentences may be English. */
async function spanish({ cli }: Service, line: string | string[], options = {}): Promise<Ran & { text: string }> {
  const ran = await cli(line, { ...options, env: { LEADMASTER_LANG: 'es', NO_COLOR: '1' } });
  // What a service says in English stands behind "detalle:".
  const text = flat(`${ran.stdout}\n${ran.stderr}`.replaceAll(/^ *(\S+: )?detalle: .*$/gm, ''));
  expect([line, SENTENCES.filter((sentence) => text.includes(sentence))]).toEqual([line, []]);
  return { ...ran, text };
}

/** Two sessions: one linked and READY, one that its browser stops. */
async function twoSessions(): Promise<Service> {
  const service = await startService();
  await service.given('ventas', 'QR_REQUIRED');
  await service.stage.scan('ventas', accountOf(PHONE, 'Ventas de la zona norte'));
  await service.until('ventas', 'READY');
  await service.given('soporte-noche', 'INITIALIZING');
  (await service.engine.runOf('soporte-noche')).tell({ type: 'lost', reason: 'page_unreachable', detail: 'no route' });
  await service.until('soporte-noche', 'DISCONNECTED_RECOVERABLE');
  // Its browser ends after the state has changed.
  await vi.waitFor(async () => expect((await service.sessions.get('soporte-noche')).runtime).toBeNull());
  return service;
}

describe('in Spanish', () => {
  test('sessions: none, and several with their states, reasons and hints', async () => {
    expect((await spanish(await startService(), 'sessions')).stdout).toBe(
      'Todavía no hay sesiones. Cree la primera: ./leadmaster qr NOMBRE\n',
    );
    const { stdout, stderr } = await spanish(await twoSessions(), 'sessions');
    expect(stdout).toMatch(/^NOMBRE +ESTADO +HACE +CUENTA +DISCO +MEMORIA +COPIA +MOTIVO$/m);
    expect(stdout).toMatch(/^soporte-noche +\S+ .* no se llega a la página$/m);
    expect(stderr).toMatch(/^soporte-noche: La página de WhatsApp Web no se pudo cargar\. .*revise la red y el proxy/m);
  });

  test('a session that is linked, refused and deleted', async () => {
    const service = await twoSessions();
    const linked = await spanish(service, 'qr ventas');
    expect(linked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^READY ventas está vinculada como \d+ Ventas de la zona norte\.$/m),
    });
    const other = await spanish(service, 'pair ventas 5491100000099');
    expect(other.stderr).toMatch(
      /^error: ventas está vinculada a otro número: \d+, no 5491100000099\.\nsugerencia: {2}Vincule/,
    );
    const refused = await spanish(service, 'session delete ventas');
    expect(refused.stderr).toBe(
      'error: No hay una terminal en la que confirmar.\nsugerencia:  Agregue --yes si está seguro.\n',
    );
    const asked = await spanish(service, 'session delete ventas', { answers: 'sí' });
    expect(asked.stderr).toContain('¿Borrar ventas? El perfil que tenga aquí va a la papelera. [s/N]');
    expect(asked.stdout).toContain('ventas está borrada');
  });

  test('what a service refuses: a sentence, its detail in English, the commands of its hint', async () => {
    const unknown = await spanish(await startService(), ['send', 'nadie', '5491100000002', 'hola']);
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringMatching(
        /^error: No hay ninguna sesión con ese nombre\.\ndetalle: {2}.*nadie.*\nsugerencia: {2}.*\.\/leadmaster/,
      ),
    ]);
  });

  test('checks of a profile and of a snapshot, by their names', async () => {
    const service = await twoSessions();
    await spanish(service, 'snapshot create ventas');
    const { stdout } = await spanish(service, 'check ventas');
    expect(stdout).toMatch(/^bien {2}carpeta: está en su lugar\n {5}detalle: {2}\/.*tokens\/ventas$/m);
    expect(stdout).toMatch(/^bien {2}página: text: /m);
    const names = stdout.matchAll(/^(?:bien|FALLA) {1,2}(.*?):/gm);
    expect([...names].map(([, name]) => name).slice(0, 6)).toEqual([
      ...['carpeta', 'registro', 'IndexedDB', 'Local Storage', 'login', 'dueño'],
    ]);
    expect((await spanish(service, 'snapshot verify ventas')).stdout).toMatch(/^bien {2}bytes: leídos y comprobados$/m);
    expect((await spanish(service, 'check soporte-noche')).stderr).toContain('soporte-noche no está vinculada');
  });

  test('recover: how each came back, or why it did not', async () => {
    const service = await twoSessions();
    await spanish(service, 'snapshot create ventas');
    const { code, stdout } = await spanish(service, 'recover ventas --origin-retired');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FALLA ventas: La sesión ya existe\.\n {5}detalle: {2}/m);
    await spanish(service, 'session delete ventas --yes');
    const back = await spanish(service, 'recover ventas --origin-retired --no-start');
    expect(back.stdout).toMatch(/^bien {2}ventas .*: está de vuelta$/m);
  });

  test('hints without a command: by the code of the error', async () => {
    const service = await twoSessions();
    const refused = await spanish(service, 'send soporte-noche 5491100000002 hola');
    expect(refused.stderr).toMatch(/^sugerencia: {2}\S.*sesión/m);
    const adopted = await spanish(service, 'adopt /nada --name otra');
    expect(adopted.stderr).toContain('sugerencia:  Agregue una de las dos');
  });

  test('snapshots, storage, place and the doctor', async () => {
    const service = await twoSessions();
    expect((await spanish(service, 'snapshot create ventas')).stdout).toMatch(/^ventas: copia \S+, \d+ archivos?, /m);
    expect((await spanish(service, 'snapshot list')).stdout).toMatch(/^SESIÓN +ID +CUÁNDO +HACE +TIPO +TAMAÑO/m);
    expect((await spanish(service, 'snapshot show ventas')).stdout).toMatch(/^ {2}tomada +20.* \(hace .*\)/m);
    expect((await spanish(service, 'storage ventas')).stdout).toContain('el login y los mensajes; nunca se recorta');
    expect((await spanish(service, 'place show')).stdout).toMatch(/^La carpeta de datos está en /m);
    expect((await spanish(service, 'doctor --no-network')).text).toMatch(/\d+ problemas?, \d+ advertencias?/);
  });
});

test('a service that does not answer', async () => {
  const service = await startService();
  const { code, stderr } = await service.cli('sessions', { env: { LEADMASTER_LANG: 'es', SESSION_MANAGER_PORT: '9' } });
  expect(code).toBe(6);
  // The service of this data folder runs, on another port than the one that is asked.
  expect(stderr).toMatch(
    /^error: El servicio no responde\.\ndetalle: {2}.*\nsugerencia: {2}Un servicio de esta carpeta de datos/,
  );
});

test.each(LANGUAGES)('the list of sessions fits into 80 columns: %s', async (language) => {
  const { cli } = await twoSessions();
  const env = { LEADMASTER_LANG: language, NO_COLOR: '1' };
  const { stdout } = await cli('sessions', { terminal: { columns: 80, rows: 24 }, env });
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).toContain('soporte-noche');
});

test('JSON is the same in both languages', async () => {
  const { cli } = await twoSessions();
  const lines = [
    'sessions',
    'snapshot list',
    'storage ventas',
    'place show',
    'builds',
    'check nadie',
    'where nadie',
    'logs',
    'session',
  ];
  for (const line of lines) {
    const [english, inSpanish] = await Promise.all(
      LANGUAGES.map((language) => cli(`${line} --json`, { env: { LEADMASTER_LANG: language } })),
    );
    // Times and sizes change between two looks.
    const still = (ran: Ran | undefined) => ({ ...ran, stdout: ran?.stdout.replaceAll(/\d+/g, '0') });
    expect([line, still(inSpanish)]).toEqual([line, still(english)]);
  }
});
