import { actionsIn, commandOf, type ErrorCode, type Session } from '@leadmaster/protocol';
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
  const advice = told === null || typeof hint !== 'string' ? textIn(words, hint) : commandsOf(hint, told.actions);
  // A hint that names no command has no words of its own: it is read with the detail.
  const unsaid = typeof hint === 'string' && advice === '' ? hint : '';
  if (told === null || typeof message !== 'string')
    return { message: textIn(words, message), detail: unsaid, hint: advice };
  const sentence = told.errors[code as ErrorCode] ?? told.ownErrors[code];
  if (sentence === undefined) return { message, detail: unsaid, hint: advice };
  return { message: sentence, detail: [message, unsaid].filter(Boolean).join(' '), hint: advice };
}

/** What a person can do about a session's state. */
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

/** Why a session is in its state, or a snapshot was taken. In English it is the reason's own name. */
export function reasonIn({ told }: Words, reason: string): string {
  const words: Readonly<Record<string, string>> = told === null ? {} : told.reasons;
  return words[reason] ?? told?.errors[reason as ErrorCode] ?? reason;
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
