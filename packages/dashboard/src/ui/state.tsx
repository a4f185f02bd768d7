import type { HubSession } from '@leadmaster/protocol';
import { stateWords, toneOf } from '../model/states.ts';

/** The state in words, with a dot of its colour: never by the colour alone. */
export function StateBadge({ session }: { session: HubSession }) {
  return (
    <span class={`state ${toneOf(session)}`} title={session.state}>
      {stateWords(session)}
    </span>
  );
}
