// Plain JavaScript on the installed packages: a folder is captured, saved, proven and restored. Prints what came back.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureProfile, checkStructureAside } from '@leadmaster/capture';
import { classify } from '@leadmaster/capture/classify';
import { identify } from '@leadmaster/capture/processes';
import { Client } from '@leadmaster/client';
import { LeadMasterError } from '@leadmaster/protocol';
import { FolderStore, newMasterKeyText, openVault, parseMasterKeys, parseRetention } from '@leadmaster/vault';

const [folder] = process.argv.slice(2);
const codeOf = (error) => error instanceof LeadMasterError && error.code;
const at = (name) => join(folder, name);
const path = 'Default/Preferences';
await mkdir(at('profile/Default'), { recursive: true });
await writeFile(at(`profile/${path}`), '{"kept":true}');

const store = new FolderStore(at('vault'), { create: true });
const vault = await openVault({ store, masterKeys: parseMasterKeys(newMasterKeyText()), create: true, owner: 'test' });
const request = { profileDir: at('profile'), stagingDir: at('staging'), kind: 'full', browser: null };
const capture = await captureProfile(request);
const saved = await vault.save('bot', capture.entries, { kind: 'full' });
await capture[Symbol.asyncDispose]();
await vault.restore('bot', saved.id, at('restored'));

console.log(
  JSON.stringify({
    restored: await readFile(at(`restored/${path}`), 'utf8'),
    verified: await vault.verify('bot', saved.id),
    forgotten: (await vault.forget('bot', { policy: parseRetention('last=1') })).length,
    class: classify(path).class,
    me: identify(process.pid)?.pid === process.pid,
    structure: (await checkStructureAside(at('restored'))).problems ?? [],
    unreachable: await new Client({ url: 'http://127.0.0.1:9', key: () => null }).call('listSessions').catch(codeOf),
    error: await captureProfile({ ...request, profileDir: at('none') }).catch(codeOf),
  }),
);
