import { resolve } from 'node:path';
import { shellWord } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { plural } from '../output/words.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { registerAccept } from './vault-accept.ts';
import { registerCreate } from './vault-create.ts';
import { registerRepair } from './vault-repair.ts';

/** `vault accept|create|repair|rotate-key` */
export const register: Register = (parent, io, words) => {
  const noun = parent
    .command('vault')
    .description(words.help.vault.about);
  registerAccept(noun, io);
  registerCreate(noun, io);
  registerRepair(noun, io);
  noun
    .command('rotate-key')
    .description(words.help.vault.rotateKey.about)
    .argument('<file>', words.help.vault.rotateKey.file)
    .action(async (file: string, _options, command: Command) => {
      await rotate(cliOf(command, io), resolve(file));
    });
};

async function rotate(cli: Cli, newKeyFile: string): Promise<void> {
  const { keyFile } = cli.config.vault;
  const { rotateVaultKey } = await import('@leadmaster/session-manager/key-rotation');
  const onBothKeys = (): void =>
    cli.print.note(
      `Until this has finished the vault needs the old key and the new one; ${keyFile} holds both. Should it be ` +
        'interrupted, nothing is lost and the service can run; give the command again.',
    );
  const done = await long(cli, 'vault', (call) => rotateVaultKey(cli.config, newKeyFile, { ...call, onBothKeys }));
  cli.print.data(done);
  cli.print.line(
    `${plural(done.rewrapped, 'key')} wrapped anew. The new key, ${done.key}, opens all of the vault by itself: ` +
      `${plural(done.sessions.length, 'session')}.`,
  );
  tellWhatIsLeft(cli, done);
}

/** What no program can do. */
function tellWhatIsLeft({ print }: Cli, { keyFile, olderKeys }: { keyFile: string; olderKeys: string[] }): void {
  print.note(`What is left to do:
- VAULT_KEY_FILE stays as it is: ${keyFile} holds the new key. Start the service.
- Copy that file to another disk or machine, then: ./leadmaster doctor --key-copied COPY
- Where another machine uses this vault: put the file there before its service runs again.`);
  if (olderKeys.length === 0) return;
  print.note(
    `- The old key (${olderKeys.join(', ')}) opens only copies of the vault from before, and stays in the file for them. ` +
      `Once there is none: delete its line in ${shellWord(keyFile)}, and every copy of the old file.`,
  );
}
