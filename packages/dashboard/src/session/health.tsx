import { type Capabilities, FEATURES, type HubSession, visible, wordOf } from '@leadmaster/protocol';
import { bytes } from '../model/format.ts';
import { isSilent } from '../model/silent.ts';
import { client } from '../service/client.ts';
import { Shown } from '../ui/shown.tsx';
import { Ago, Until } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

/** Evidence of life, and what the page of WhatsApp Web can do. */
export function Health({ session }: { session: HubSession }) {
  const { session: texts, health, list } = words.value;
  const { name, health: signs, runtime, limits, lastSnapshot } = session;
  const facts: [string, preact.ComponentChildren][] = [
    [health.lastProbe, <Ago key="probe" at={signs.lastProbeAt} />],
    [health.lastInbound, <Ago key="in" at={signs.lastInboundAt} />],
    [health.lastAck, <Ago key="ack" at={signs.lastAckAt} />],
    [health.lastReady, <Ago key="ready" at={signs.lastReadyAt} />],
  ];
  // Its snapshots are listed by the machine; the newest is known without it.
  if (isSilent(session)) facts.push([list.snapshot, <Ago key="snapshot" at={lastSnapshot?.at ?? null} />]);
  if (runtime !== null) {
    facts.push([health.browser, visible(`${runtime.browser} ${runtime.browserVersion}`)]);
    if (runtime.pssBytes !== null) facts.push([list.memory, bytes(runtime.pssBytes)]);
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
      <Limits limits={limits} />
      {isSilent(session) ? null : <PageCan name={name} />}
    </Section>
  );
}

/** What the page of WhatsApp Web can do, as the last probe found it. */
function PageCan({ name }: { name: string }) {
  const { health } = words.value;
  const loaded = useLoaded((signal) => client.call('getCapabilities', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => type === 'session.capabilities' || type === 'session.state',
  });
  return (
    <>
      <h3>{health.capabilities}</h3>
      <Shown loaded={loaded}>
        {({ build, at, features, checks }) =>
          at === null ? (
            <p class="faint">{health.notProbed}</p>
          ) : (
            <>
              <p class="faint">
                {health.build} <bdi>{build ?? '–'}</bdi> · <Ago at={at} />
              </p>
              <ul class="features">
                {FEATURES.map((feature) => (
                  <li
                    key={feature}
                    class={wordOf(health.verdicts, features[feature]) === null ? '' : features[feature]}
                  >
                    {health.features[feature]} <span>{wordOf(health.verdicts, features[feature])}</span>
                  </li>
                ))}
              </ul>
              <NotConfirmed checks={checks} features={features} />
            </>
          )
        }
      </Shown>
    </>
  );
}

/** What WhatsApp lets the account do, as far as it says. */
function Limits({ limits }: Pick<HubSession, 'limits'>) {
  const { health } = words.value;
  if (limits === null) {
    return (
      <>
        <h3>{health.allowed}</h3>
        <p class="faint">{health.noLimits}</p>
      </>
    );
  }
  const { state, until, used, total } = limits.newChats;
  return (
    <>
      <h3>{health.allowed}</h3>
      <dl class="facts">
        <div>
          <dt>{health.limits}</dt>
          <dd class={state === 'open' ? undefined : 'warn'}>
            {health.limitStates[state]} {until === null ? null : <Until at={until} told={health.opensIn} />}
          </dd>
        </div>
        {used === null ? null : (
          <div>
            <dt>{health.used}</dt>
            <dd>{total === null ? used : health.usedOf(used, total)}</dd>
          </div>
        )}
        <div>
          <dt>{health.told}</dt>
          <dd>
            <Ago at={limits.since} />
          </dd>
        </div>
      </dl>
    </>
  );
}

/** What the last probe missed in the page, or could not try. */
function NotConfirmed({ checks, features }: Pick<Capabilities, 'checks' | 'features'>) {
  const { health } = words.value;
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return null;
  const broken = failed.filter(({ feature }) => features[feature] === 'broken');
  return (
    <details>
      <summary>{broken.length > 0 ? health.missed(broken.length) : health.untried(failed.length)}</summary>
      <ul class="plain-rows">
        {failed.map(({ name, feature, detail }) => (
          <li key={name}>
            <code>{name}</code>
            <span>{health.features[feature]}</span>
            <span class="faint">{detail}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
