import type { LeadMasterEvent } from '@leadmaster/protocol';
import { useEffect, useState } from 'preact/hooks';
import { logChanges } from '../service/live.ts';
import { onEvent } from '../service/sessions.ts';
import { Ago } from '../ui/time.tsx';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

const MOST = 50;

/** What happens, as it happens, since the page was opened. */
export function SessionEvents({ name }: { name: string }) {
  const { session: texts, events: live } = words.value;
  const [events, setEvents] = useState<readonly LeadMasterEvent[]>([]);
  const log = logChanges.value;
  useEffect(() => {
    setEvents([]);
    return onEvent((event) => {
      if (event.session === name) setEvents((before) => [event, ...before].slice(0, MOST));
    });
  }, [name, log]);
  return (
    <Section id="events" title={texts.sections.events}>
      {events.length === 0 ? <p class="faint">{live.none}</p> : null}
      <ul class="events">
        {events.map((event) => (
          <li key={event.id}>
            <details>
              <summary>
                <code>{event.type}</code>
                <span class="when">
                  <Ago at={event.at} />
                </span>
              </summary>
              <pre>{JSON.stringify(event.data, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}
