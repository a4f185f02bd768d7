import { resolve } from 'node:path';
import { shellWord } from '@leadmaster/protocol';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { cliOf, type Register } from './command.ts';
import { long } from './long.ts';
import { registerAccept } from './vault-accept.ts';
import { registerCreate } from './vault-create.ts';
import { registerRepair } from './vault-repair.ts';

/** `vault accept|create|repair|rotate-key` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('vault').description(words.help.vault.about);
  registerAccept(noun, io, words);
  registerCreate(noun, io, words);
  registerRepair(noun, io, words);
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
  const { count, vault } = cli.words;
  const onBothKeys = (): void => cli.print.note(vault.bothKeys(keyFile));
  const done = await long(cli, vault.label, (call) => rotateVaultKey(cli.config, newKeyFile, { ...call, onBothKeys }));
  cli.print.data(done);
  cli.print.line(vault.rotated(count.keys(done.rewrapped), done.key, count.sessions(done.sessions.length)));
  tellWhatIsLeft(cli, done);
}

/** What no program can do. */
function tellWhatIsLeft({ print }: Cli, { keyFile, olderKeys }: { keyFile: string; olderKeys: string[] }): void {
  const { vault } = print.words;
  print.note(vault.leftToDo(keyFile));
  if (olderKeys.length === 0) return;
  print.note(vault.oldKeys(olderKeys.join(', '), shellWord(keyFile)));
}
