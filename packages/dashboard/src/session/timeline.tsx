import { useState } from 'preact/hooks';
import { mayVisit } from '../model/places.ts';
import { pathWith } from '../model/router.ts';
import { reasonBeside } from '../model/states.ts';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { Ago } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

const FIRST = 8;

/** Every change of state with its reason, the newest first. */
export function Timeline({ name }: { name: string }) {
  const { session: texts, states, timeline } = words.value;
  const [isWhole, setWhole] = useState(false);
  const loaded = useLoaded(
    (signal) => client.call('listTransitions', { params: { session: name }, query: { limit: 100 } }, { signal }),
    { session: name, changes: ({ type }) => type === 'session.state' },
  );
  return (
    <Section id="timeline" title={texts.sections.timeline}>
      <Shown loaded={loaded}>
        {({ items }) => (
          <>
            {items.length === 0 ? <p class="faint">{timeline.none}</p> : null}
            <ol class="timeline">
              {items.slice(0, isWhole ? items.length : FIRST).map(({ to, reason, at }) => (
                <li key={`${at} ${to}`} class={to}>
                  <span>{states[to]}</span> <span class="faint">{reasonBeside(reason)}</span>
                  <span class="when">
                    <Ago at={at} />
                  </span>
                </li>
              ))}
            </ol>
            {items.length > FIRST && !isWhole ? (
              <Button onClick={() => setWhole(true)}>{timeline.showAll}</Button>
            ) : null}
          </>
        )}
      </Shown>
      {mayVisit('audit') ? <Link to={pathWith('/audit', { session: name })}>{timeline.audit}</Link> : null}
    </Section>
  );
}
