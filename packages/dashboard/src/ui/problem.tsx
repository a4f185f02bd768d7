import { type Action, commandOf, LeadMasterError, wordOf } from '@leadmaster/protocol';
import type { ComponentChildren } from 'preact';
import { words } from '../words/index.ts';
import { Copyable } from './copyable.tsx';
import { Icon } from './icon.tsx';

interface Shown {
  code: string;
  message: string;
  detail: string;
  advice: string;
  actions: Action[];
}

/** An error in the language of the page: the words of its code; what the service says in English stays below, for its values. */
function shownOf(error: unknown): Shown {
  if (!(error instanceof LeadMasterError))
    return { code: 'internal', message: String(error), detail: '', advice: '', actions: [] };
  const { told } = words.value;
  const { action, furtherActions = [] } = error.toProblem();
  const actions = [...(action === undefined ? [] : [action]), ...furtherActions];
  const inWords = wordOf(told?.errors, error.code);
  if (inWords === null) return { code: error.code, message: error.message, detail: '', advice: error.hint, actions };
  const advice = wordOf(told?.advice, error.code) ?? '';
  return { code: error.code, message: inWords, detail: error.message, advice, actions };
}

/** What failed: code, cause and what to do. Children are buttons that help. */
export function Problem({ error, children }: { error: unknown; children?: ComponentChildren }) {
  const { problem } = words.value;
  const { code, message, detail, advice, actions } = shownOf(error);
  return (
    <div class="problem" role="alert">
      <Icon name="alert" />
      <div>
        <p class="problem-message">
          <bdi>{message}</bdi> <code title={problem.code}>{code}</code>
        </p>
        {detail === '' ? null : (
          <p class="faint" lang="en">
            {detail}
          </p>
        )}
        {advice === '' ? null : (
          <p>
            <strong>{problem.what}:</strong> {advice}
          </p>
        )}
        {actions.map((action) => (
          <p key={commandOf(action)}>
            <Copyable text={commandOf(action)} />
          </p>
        ))}
        {children === undefined ? null : <div class="buttons">{children}</div>}
      </div>
    </div>
  );
}
