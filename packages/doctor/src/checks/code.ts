import { readdirSync } from 'node:fs';
import { errorText } from '@leadmaster/protocol';
import type { NamedOnDisk } from '../code/named-folders.ts';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Whether the operator's own code and settings name the folders that are really there. */
export async function checkCode(installation: Installation): Promise<Finding[]> {
  const { codeDir, paths, profiles } = installation;
  const why = codeDir === null ? null : whyNoFolder(codeDir);
  if (codeDir !== null && why !== null) return [found('problem', 'code_missing', codeDir, { path: codeDir, why })];
  const code = installation.code();
  if (code === null) return [];
  const { folder, named, cutShort, unread } = code;
  const onDisk = profiles.length === 0 ? paths.tokens : profiles.map(({ name }) => `tokens/${name}`).join(', ');
  const findings = [
    ...named.map((one) => judge(one, onDisk)),
    ...unread.map(({ path, why }) => found('note', 'code_unreadable', path, { path, why })),
  ];
  return cutShort ? [...findings, found('note', 'code_cut_short', folder, { path: folder })] : findings;
}

/** Why a folder that the operator has named cannot be looked through; null where it can. */
function whyNoFolder(folder: string): string | null {
  try {
    readdirSync(folder);
    return null;
  } catch (error) {
    return errorText(error);
  }
}

function judge({ file, line, written, truth, why, folders, profiles }: NamedOnDisk, onDisk: string): Finding {
  const where = `${file}:${line}`;
  const about = { where, written, onDisk, why, folder: folders.join(', '), profiles: profiles.join(', ') };
  switch (truth) {
    case 'missing':
      return found('warning', 'code_folder_missing', where, about);
    case 'empty':
      return found('note', 'code_folder_empty', where, about);
    case 'ours':
      return found('warning', 'code_folder_shared', where, about);
    case 'elsewhere':
      return found('note', 'code_folder_elsewhere', where, about);
    case 'unreadable':
      return found('note', 'code_folder_unreadable', where, about);
  }
}
