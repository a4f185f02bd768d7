import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLogin } from '../../../session-manager/test/profile/helpers.ts';

const MB = 1_000_000;

/** A file of a size without its bytes. */
async function sparse(path: string, bytes: number): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const file = await open(path, 'w', 0o644);
  await file.truncate(bytes);
  await file.close();
}

/**
 * A workspace laid out as in the report this project began from: one Session Manager with `tokens/admin` of 922 MB, whose
 * code names `./sessions`, and a Central Hub with an empty folder for sessions. Returns the session manager's folder.
 */
export async function putOriginalLayout(workspace: string): Promise<string> {
  const manager = join(workspace, 'services/session-manager');
  const hub = join(workspace, 'services/central-hub');
  const profile = join(manager, 'tokens/admin');
  await putLogin(profile);
  await sparse(join(profile, LOGIN_STORES.indexedDb, '000007.ldb'), 70 * MB);
  await sparse(join(profile, 'Default/Service Worker/CacheStorage/a/b/0001_0'), 611 * MB);
  await sparse(join(profile, 'Default/Service Worker/Database/000003.log'), 2 * MB);
  await sparse(join(profile, 'Default/Session Storage/000003.log'), 1 * MB);
  await sparse(join(profile, 'Default/Cache/Cache_Data/f_000001'), 200 * MB);
  await sparse(join(profile, 'Default/Code Cache/js/index'), 34 * MB);
  await sparse(join(profile, 'BrowserMetrics-spare.pma'), 4 * MB);
  await writeFile(join(profile, 'Local State'), '{}');
  await writeFile(join(profile, 'DevToolsActivePort'), '39000\n/devtools/browser/x');
  await mkdir(join(manager, 'whatsapp'), { recursive: true });
  await writeFile(join(manager, 'package.json'), '{"name":"session-manager"}');
  await writeFile(join(manager, 'whatsapp/client.js'), CLIENT);
  await mkdir(join(hub, 'tokens/.wwebjs_auth'), { recursive: true });
  await mkdir(join(hub, 'src/modules/services'), { recursive: true });
  await writeFile(join(hub, 'package.json'), '{"name":"central-hub"}');
  await writeFile(join(hub, 'src/modules/services/sessionService.js'), SERVICE);
  return manager;
}

const CLIENT = `const { Client, LocalAuth } = require('whatsapp-web.js');

module.exports = (id) => new Client({
  authStrategy: new LocalAuth({
    clientId: \`cliente_\${id}\`,
    dataPath: \`./sessions/cliente_\${id}\`
  }),
});
`;

const SERVICE = `const path = require('path');
const { Client, LocalAuth } = require('whatsapp-web.js');

module.exports = (name) => new Client({
  authStrategy: new LocalAuth({ clientId: name, dataPath: path.join(__dirname, '../../../tokens') }),
});
`;
