import type { Register } from './command.ts';
import { registerCreate } from './snapshot-create.ts';
import { registerList, registerShow } from './snapshot-list.ts';
import { registerDelete, registerPrune } from './snapshot-remove.ts';
import { registerRestore } from './snapshot-restore.ts';
import { registerVerify } from './snapshot-verify.ts';

/** `snapshot create|list|show|verify|restore|delete|prune` */
export const register: Register = (parent, io, words) => {
  const noun = parent.command('snapshot').description(words.help.snapshot.about);
  const parts = [registerCreate, registerList, registerShow, registerVerify, registerRestore];
  for (const part of [...parts, registerDelete, registerPrune]) part(noun, io, words);
};
