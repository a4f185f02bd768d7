import { FEATURES, type HubSession } from '@leadmaster/protocol';
import { bytes, exactTime } from '../model/format.ts';
import { client } from '../service/client.ts';
import { Ago } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section, Shown } from './section.tsx';

/** Evidence of life, and what the page of WhatsApp Web can do. */
export function Health({ session }: { session: HubSession }) {
  const { session: texts, health, list } = words.value;
  const { name, health: signs, runtime, limits } = session;
  const loaded = useLoaded((signal) => client.call('getCapabilities', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => type === 'session.capabilities' || type === 'session.state',
  });
  const facts: [string, preact.ComponentChildren][] = [
    [health.lastProbe, <Ago key="probe" at={signs.lastProbeAt} />],
    [health.lastInbound, <Ago key="in" at={signs.lastInboundAt} />],
    [health.lastAck, <Ago key="ack" at={signs.lastAckAt} />],
    [health.lastReady, <Ago key="ready" at={signs.lastReadyAt} />],
  ];
  if (runtime !== null) {
    facts.push([health.browser, `${runtime.browser} ${runtime.browserVersion}`]);
    if (runtime.pssBytes !== null) facts.push([list.memory, bytes(runtime.pssBytes)]);
  }
  if (limits !== null) {
    const { state, until } = limits.newChats;
    facts.push([health.limits, `${health.limitStates[state]} ${until === null ? '' : health.until(exactTime(until))}`]);
  }
  return (
    <Section id="overview" title={texts.sections.overview}>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{health.capabilities}</h3>
      <Shown loaded={loaded}>
        {({ build, at, features }) =>
          at === null ? (
            <p class="faint">{health.notProbed}</p>
          ) : (
            <>
              <p class="faint">
                {health.build} {build ?? '–'} · <Ago at={at} />
              </p>
              <ul class="features">
                {FEATURES.map((feature) => (
                  <li key={feature} class={features[feature]}>
                    {health.features[feature]} <span>{health.verdicts[features[feature]]}</span>
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Shown>
    </Section>
  );
}
