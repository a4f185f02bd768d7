import { stripVTControlCharacters } from 'node:util';
import { LeadMasterError, type Session } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { fakeService, type Ran } from '../harness.ts';
import { englishSentences, flat } from './texts.ts';

const LANGUAGES = ['en', 'es'] as const;
const SENTENCES = englishSentences();

type Service = Awaited<ReturnType<typeof fakeService>>;

/** A command in Spanish, as it is read: none of its sentences may be English. */
async function spanish({ cli }: Service, line: string | string[], options = {}): Promise<Ran & { text: string }> {
  const ran = await cli(line, { ...options, env: { LEADMASTER_LANG: 'es', NO_COLOR: '1' } });
  // What a service says in English stands behind "detalle:".
  const text = flat(`${ran.stdout}\n${ran.stderr}`.replaceAll(/^(\S+: )?detalle: .*$/gm, ''));
  expect([line, SENTENCES.filter((sentence) => text.includes(sentence))]).toEqual([line, []]);
  return { ...ran, text };
}

const BLOCKED: Partial<Session> = {
  reason: 'unsupported_browser',
  hint: 'Install a current Chromium or set CHROME_PATH, then "./leadmaster session start caja".',
};

describe('in Spanish', () => {
  test('sessions: none, and several with their states, reasons and hints', async () => {
    const service = await fakeService();
    expect((await spanish(service, 'sessions')).stdout).toBe(
      'Todavía no hay sesiones. Cree la primera: ./leadmaster qr NOMBRE\n',
    );
    service.sessions.set('ventas', 'READY', { reason: 'login_accepted' });
    service.sessions.set('caja', 'ERROR', BLOCKED);
    const { stdout, stderr } = await spanish(service, 'sessions');
    expect(stdout).toMatch(/^NOMBRE +ESTADO +HACE +CUENTA +DISCO +MEMORIA +COPIA +MOTIVO$/m);
    expect(stdout).toMatch(/^ventas +READY .* login aceptado$/m);
    expect(stdout).toMatch(/^caja +ERROR .* navegador no admitido$/m);
    expect(stderr).toContain(
      'caja: Instale un Chromium actual o indique CHROME_PATH, y quite de CHROME_ARGS un user agent. El login está intacto. ' +
        'Arrancar la sesión: "./leadmaster session start caja".',
    );
  });

  test('a session that is created, linked, refused and deleted', async () => {
    const service = await fakeService();
    const { sessions } = service;
    expect((await spanish(service, 'session create ventas')).stdout).toMatch(/^ventas está QR_REQUIRED/);
    sessions.set('ventas', 'READY', { account: { id: '1@c.us', phone: '5491100000001', name: 'Ventas' } });
    const linked = await spanish(service, 'qr ventas');
    expect(linked).toMatchObject({ code: 0, stdout: 'READY ventas está vinculada como 5491100000001 Ventas.\n' });
    const other = await spanish(service, 'pair ventas 5491100000009');
    expect(other.stderr).toMatch(
      /^error: ventas está vinculada a otro número: 5491100000001, no 5491100000009\.\nsugerencia: {2}Vincule/,
    );
    const refused = await spanish(service, 'session delete ventas');
    expect(refused.stderr).toBe(
      'error: No hay una terminal en la que confirmar.\nsugerencia:  Agregue --yes si está seguro.\n',
    );
    const asked = await spanish(service, 'session delete ventas', { answers: 'sí' });
    expect(asked.stderr).toContain('¿Borrar ventas? El perfil que tenga aquí va a la papelera. [s/N]');
    expect(asked.stdout).toContain('ventas está borrada');
  });

  test('a QR on a terminal, and one that is too small for it', async () => {
    const service = await fakeService();
    service.sessions.set('ventas', 'QR_REQUIRED');
    setTimeout(() => service.sessions.set('ventas', 'READY'), 700);
    const { stdout } = await spanish(service, 'qr ventas', { terminal: { columns: 100, rows: 50 } });
    const seen = stripVTControlCharacters(stdout);
    expect(seen).toContain('En el teléfono: WhatsApp > Dispositivos vinculados > Vincular dispositivo');
    expect(seen).toMatch(/ventas: QR \d+, quedan \d+ s/);
    service.sessions.set('ventas', 'QR_REQUIRED');
    setTimeout(() => service.sessions.set('ventas', 'READY'), 700);
    const small = await spanish(service, 'qr ventas', { terminal: { columns: 40, rows: 10 } });
    expect(small.text).toMatch(/El QR necesita \d+ columnas y \d+ líneas/);
  });

  test('what a service refuses: a sentence, its detail in English, the commands of its hint', async () => {
    const service = await fakeService();
    const unknown = await spanish(service, ['send', 'nadie', '5491100000002', 'hola']);
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringMatching(/^error: No hay ninguna sesión con ese nombre\.\ndetalle: {2}.*nadie/),
    ]);
    service.sessions.set('ventas', 'READY');
    service.snapshots.take('ventas');
    const refusal = new LeadMasterError('newer_login', 'The login of ventas is newer', 'Say overwriteNewer.');
    service.snapshots.restore = () => Promise.reject(refusal);
    const newer = await spanish(service, 'snapshot restore ventas --yes');
    expect(newer.stderr).toMatch(
      /^error: El login que hay es más nuevo\.\ndetalle: {2}The login of ventas is newer\nsugerencia: {2}Para restaurar de todos modos: \.\/leadmaster snapshot restore ventas \S+ --overwrite-newer$/m,
    );
  });

  test('snapshots, storage, place and the doctor', async () => {
    const service = await fakeService();
    service.sessions.set('ventas', 'READY');
    expect((await spanish(service, 'snapshot list ventas')).stdout).toContain('Todavía no hay copias. Tome la primera');
    service.snapshots.take('ventas', { reason: 'before_delete' });
    const { stdout } = await spanish(service, 'snapshot list');
    expect(stdout).toMatch(/^SESIÓN +ID +CUÁNDO +HACE +TIPO +TAMAÑO/m);
    expect(stdout).toContain('antes de borrar');
    expect((await spanish(service, 'snapshot show ventas')).stdout).toMatch(/^ {2}tomada +20.* \(hace .*\)/m);
    expect((await spanish(service, 'storage ventas')).stdout).toContain('el login y los mensajes; nunca se recorta');
    expect((await spanish(service, 'place show')).stdout).toMatch(/^La carpeta de datos está en \/srv\/copy de new/m);
    expect((await spanish(service, 'place accept')).stderr).toContain('indíquelo: --origin-retired');
    const { text } = await spanish(service, 'doctor --no-network');
    expect(text).toMatch(/\d+ problemas?, \d+ avisos?|ningún problema|\d+ problema/);
  });

  test('a service that does not answer', async () => {
    const service = await fakeService();
    await service.app.close();
    const { code, stderr } = await spanish(service, 'sessions');
    expect(code).toBe(6);
    expect(stderr).toMatch(
      /^error: El servicio no responde\.\ndetalle: {2}.*\nsugerencia: {2}Arránquelo: npm start\n$/,
    );
  });
});

test('text from outside is escaped in Spanish as in English', async () => {
  const service = await fakeService();
  const evil = 'x\u001b[2J\u202e';
  service.sessions.set('ventas', 'READY', { account: { id: '1@c.us', phone: '549', name: evil }, reason: evil });
  const { stdout } = await spanish(service, 'sessions', { terminal: { columns: 120, rows: 24 } });
  expect(stdout).toContain('x\\u001b[2J');
  expect(stdout).not.toContain('\u001b[2J');
});

test.each(LANGUAGES)('the list of sessions fits into 80 columns: %s', async (language) => {
  const { cli, sessions } = await fakeService();
  const account = { id: '1@c.us', phone: '5491100000001', name: 'Ventas de la zona norte' };
  sessions.set('ventas', 'READY', { account, reason: 'login_accepted' });
  sessions.set('soporte-noche', 'DISCONNECTED_RECOVERABLE', { account, reason: 'connection_overdue' });
  sessions.set('caja', 'STOPPED', { account, reason: 'older_than_vault' });
  const env = { LEADMASTER_LANG: language, NO_COLOR: '1' };
  const { stdout } = await cli('sessions', { terminal: { columns: 80, rows: 24 }, env });
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stdout).toContain('5491100000001');
});

test.each([
  'sessions',
  'session start ventas',
  'snapshot list',
  'snapshot show ventas',
  'snapshot create --all',
  'storage',
  'storage ventas',
  'place show',
  'place accept',
  'recover',
  'builds',
  'capabilities ventas',
  'check nadie',
  'where nadie',
  'qr caja',
  'logs',
  'session',
  'doctor --no-network',
])('"%s --json" is the same in both languages', async (line) => {
  const { cli, sessions, snapshots } = await fakeService();
  sessions.set('ventas', 'READY');
  sessions.set('caja', 'ERROR', BLOCKED);
  sessions.set('folder', 'UNCLAIMED');
  snapshots.take('ventas');
  const [english, inSpanish] = await Promise.all(
    LANGUAGES.map((language) => cli(`${line} --json`, { env: { LEADMASTER_LANG: language } })),
  );
  const still = (ran: Ran | undefined) => ({ ...ran, stdout: ran?.stdout.replaceAll(/\d+/g, '0') });
  expect(still(inSpanish)).toEqual(still(english));
  expect(english?.stdout).not.toBe('');
});
