import type { FindingsPart } from '../types.ts';

/** Code and settings of other programs that name folders for sessions. */
export const code = {
  code_missing: {
    what: 'there is no code to search in {path}: {why}',
    fix: 'Give --code the folder that your code is in.',
  },
  code_folder_missing: {
    what: '{where} keeps sessions in {written}, and there is no such folder; on disk they are in {onDisk}',
    fix: 'Correct that path in the code, or remove it and let only LeadMaster run the sessions: ./leadmaster where NAME prints their folders.',
  },
  code_folder_empty: {
    what: '{where} keeps sessions in {written} ({folder}), and none is there',
    fix: 'If that program only calls the session manager, remove the path from its code; nothing is lost.',
  },
  code_folder_shared: {
    what: "{where} opens sessions in {written}, and those are LeadMaster's: {profiles}",
    fix: 'One login must not run twice: let that program call the session manager instead.',
  },
  code_folder_elsewhere: {
    what: '{where} keeps sessions in {written}, and LeadMaster does not know them: {profiles}',
    fix: 'Stop that program, then take them over: ./leadmaster adopt DIR --name NAME --move.',
  },
  code_folder_unreadable: {
    what: '{where} keeps sessions in {written}, and what is there cannot be read: {why}',
    fix: 'Run the doctor as root, or as the user of that program: the content is unknown.',
  },
  code_unreadable: {
    what: '{path} cannot be read: {why}; whether it names folders for sessions is not known',
    fix: 'Run the doctor as a user who may read it, or name a folder without it: doctor --code DIR.',
  },
  code_cut_short: {
    what: 'there is too much below {path} to search',
    fix: 'Name a smaller folder: doctor --code DIR.',
  },
} satisfies FindingsPart;
