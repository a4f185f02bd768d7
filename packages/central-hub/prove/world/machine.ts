import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_KEY, SERVICE_TOKEN } from '@leadmaster/testkit';
import { qrToScan } from '@leadmaster/testkit/asking';
import { startStandin, type World as WhatsApp } from '@leadmaster/whatsapp-standin';
import { endBrowsers } from '../../../session-manager/prove/service/proof-fixture.ts';
import { type LoadSize, TO } from './load.ts';
import { Program } from './program.ts';
import { until } from './until.ts';
import { readWitness, type Witnessed } from './witness.ts';

/** The session manager of a proof, and what WhatsApp saw of it, outside of all that is judged. */
export interface Machine {
  readonly program: Program;
  readonly load: LoadSize;
  /** Makes a session that is new log in. */
  link(session: string): Promise<void>;
  /** Every text that reached WhatsApp's page, in order, and every launch where a program plays the browsers. */
  witnessed(): Witnessed[];
  close(): Promise<void>;
}

interface Place {
  folder: string;
  port: number;
}

/** A machine whose browsers are played: each logs in by itself. */
export function playedMachine({ folder, port }: Place): Machine {
  const file = join(folder, 'witness');
  const program = new Program('manager', { port, args: [join(folder, 'manager'), String(port), file] });
  return {
    program,
    load: { busy: 2, pauseMs: 20 },
    link: async () => undefined,
    witnessed: () => readWitness(file),
    close: () => program.kill(),
  };
}

const FIRST_PHONE = 5_491_100_000_100;

/** A machine with real browsers, whose phones are played. */
export async function browserMachine({ folder, port }: Place): Promise<Machine> {
  const whatsapp = await startStandin();
  const dataDir = join(folder, 'manager');
  await mkdir(dataDir, { mode: 0o700 });
  const env = {
    ...{ LEADMASTER_DATA_DIR: dataDir, SESSION_MANAGER_PORT: String(port), CHROME_ARGS: whatsapp.chromeArgsText },
    ...{ LEADMASTER_ADMIN_KEY: ADMIN_KEY, LEADMASTER_SERVICE_TOKEN: SERVICE_TOKEN, HUB_PORT: '' },
    ...{ BACKOFF_FIRST_MS: '100', BACKOFF_MAX_S: '1', SNAPSHOT_SCHEDULE: 'off', SNAPSHOT_AFTER_LOGIN: 'off' },
  };
  const program = new Program('browser-manager', { port, args: [], env });
  let links = 0;
  return {
    program,
    load: { busy: 0, pauseMs: 500 },
    async link(session) {
      const phone = whatsapp.phone(String(FIRST_PHONE + links++));
      await until(`${session} shows a QR`, async () => (await qrToScan(program.client, session)) !== null);
      await phone.scan((await qrToScan(program.client, session))?.qr ?? '');
    },
    witnessed: () => textsOf(whatsapp),
    async close() {
      await program.kill();
      await endBrowsers(join(dataDir, 'tokens'));
      await whatsapp.close();
    },
  };
}

/** What came at the phone that all texts go to. Each begins with its session's name. */
function textsOf(whatsapp: WhatsApp): Witnessed[] {
  return whatsapp.phone(TO).inbox.map(({ body }) => {
    const [session = ''] = body.split(' ');
    return { kind: 'text', pid: 0, session, text: body };
  });
}
