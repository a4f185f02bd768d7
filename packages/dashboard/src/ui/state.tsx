import type { HubSession } from '@leadmaster/protocol';
import { toneOf } from '../model/states.ts';
import { words } from '../words/index.ts';

/** The state in words, with a dot of its colour: never by the colour alone. */
export function StateBadge({ session }: { session: HubSession }) {
  return (
    <span class={`state ${toneOf(session)}`} title={session.state}>
      {words.value.states[session.state]}
    </span>
  );
}
