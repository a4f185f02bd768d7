import {
  type AdoptWarning,
  actionsIn,
  type Check,
  type CheckName,
  commandOf,
  type ErrorCode,
  type Recovered,
  type Session,
  type SnapshotProblem,
  type SnapshotProblemKind,
  sentence,
  wordOf,
} from '@leadmaster/protocol';
import type { EnvironmentWarning } from '@leadmaster/session-manager/config';
import type { Text, Words } from './words.ts';

/** An error or a hint as it is shown. `detail`: what its English says beyond that; empty where there is nothing. */
export interface Shown {
  message: string;
  detail: string;
  hint: string;
}

/** An error in a language: English that comes from elsewhere is put into its words by code, and stays below as a detail. */
export function errorIn(words: Words, { code, message, hint }: { code: string; message: Text; hint: Text }): Shown {
  const { told } = words;
  const commands = told === null || typeof hint !== 'string' ? textIn(words, hint) : commandsOf(hint, told.actions);
  // A hint that names no command is put into the words of its code, and read with the detail: there are its values.
  const unsaid = typeof hint === 'string' && commands === '' ? hint : '';
  const advice = unsaid === '' ? commands : (wordOf<string>(told?.advice, code) ?? '');
  if (told === null || typeof message !== 'string')
    return { message: textIn(words, message), detail: unsaid, hint: advice };
  const said = wordOf<string>(told.errors, code) ?? wordOf<string>(told.ownErrors, code);
  if (said === null) return { message, detail: unsaid, hint: advice };
  return { message: said, detail: unsaid === '' ? message : `${sentence(message)} ${unsaid}`, hint: advice };
}

/** What the operator can do about a session's state. */
export function sessionHintIn(words: Words, session: Session): Pick<Shown, 'hint' | 'detail'> {
  const { told } = words;
  const found = told === null ? null : told.sessionHint(session);
  if (session.hint === '' || told === null || found === null) return { hint: session.hint, detail: '' };
  const hint = [found.text, commandsOf(session.hint, told.actions)].filter(Boolean).join(' ');
  return { hint, detail: found.hasValues ? session.hint : '' };
}

/** A hint of a session as the text of an error. */
export function sessionHintText(session: Session): Text {
  return (words) => {
    const { hint, detail } = sessionHintIn(words, session);
    return detail === '' ? hint : `${hint}\n${words.output.detail}  ${detail}`;
  };
}

/** Why a session is in its state, or a snapshot was taken. One of a newer service keeps its name. */
export function reasonIn({ reasons, told }: Words, reason: string): string {
  const words: Readonly<Record<string, string>> = reasons;
  return wordOf(words, reason) ?? wordOf(told?.errors, reason) ?? reason;
}

/** The same with its code, which documents and logs have, and a search finds. */
export function reasonAndCode(words: Words, reason: string): string {
  const said = reasonIn(words, reason);
  return said === reason ? said : `${said} (${reason})`;
}

/** A check as it is shown; in English it is what the service says. `detail`: its English, below other words. */
export interface ShownCheck {
  name: string;
  says: string;
  detail: string;
}

export function checkIn({ told }: Words, { name, ok, detail }: Check): ShownCheck {
  if (told === null) return { name, says: detail, detail: '' };
  const [, feature] = /^page: (.*)$/s.exec(name) ?? [];
  if (feature !== undefined)
    return { name: told.page.name(feature), says: ok ? told.page.good : told.page.bad, detail: ok ? '' : detail };
  const words = Object.hasOwn(told.checks, name) ? told.checks[name as CheckName] : { name, ...told.database };
  return { name: words.name, says: ok ? words.good : words.bad, detail: ok && words.goodSaysAll ? '' : detail };
}

/** What is wrong with a snapshot's record, by its kind. */
export function problemIn({ told }: Words, { kind, object, detail }: SnapshotProblem): Omit<ShownCheck, 'name'> {
  if (told === null || !Object.hasOwn(told.problems, kind))
    return { says: detail.startsWith(object) ? detail : `${object}: ${detail}`, detail: '' };
  return { says: `${object} ${told.problems[kind as SnapshotProblemKind]}`, detail };
}

/** The same as a text of its own: where it is not the English one, that stands below it. */
export function problemText(words: Words, problem: SnapshotProblem): string {
  if (words.told === null) return problem.detail;
  const { says, detail } = problemIn(words, problem);
  return detail === '' ? says : `${says}.\n${words.output.detail}  ${detail}`;
}

/** How a session came back from the vault, or why it did not. */
export function recoveredIn(words: Words, { ok, code, detail }: Recovered['items'][number]): Omit<ShownCheck, 'name'> {
  return ok && words.told !== null ? { says: words.told.broughtBack, detail } : failureIn(words, { code, detail });
}

/** What failed, by the code of an error. */
export function failureIn(
  { told }: Words,
  { code, detail }: { code?: string | undefined; detail: string },
): Omit<ShownCheck, 'name'> {
  const says = told?.errors[code as ErrorCode];
  return says === undefined ? { says: detail, detail: '' } : { says, detail };
}

/** What the operator should know of a folder that became a session. */
export function adoptWarningIn({ told }: Words, { kind, detail }: AdoptWarning): Omit<ShownCheck, 'name'> {
  return told === null ? { says: detail, detail: '' } : { says: told.adopted[kind], detail };
}

/** A probable mistake in the settings. */
export function warningIn({ told }: Words, warning: EnvironmentWarning): string {
  return told === null ? warning.text : told.warning(warning);
}

/** What is being done, where there is a word for it; `NAME: phase` of one among several as well. */
export function phaseIn({ progress }: Words, phase: string): string {
  const words: Readonly<Record<string, string>> = progress.phases;
  const [, before = '', name = phase] = /^(.*: )?(.*)$/s.exec(phase) ?? [];
  return `${before}${words[name] ?? name}`;
}

/** A text in a language. */
export function textIn(words: Words, text: Text): string {
  return typeof text === 'string' ? text : text(words);
}

/** The commands that a hint in English names, each behind what it does. */
function commandsOf(hint: string, actions: NonNullable<Words['told']>['actions']): string {
  return actionsIn(hint)
    .map((action) => `${actions[action.kind]}: "${commandOf(action)}".`)
    .join(' ');
}
