import { accountLabel, commandOf, type HubSession, isSessionName, visible } from '@leadmaster/protocol';
import { useEffect } from 'preact/hooks';
import { accountText, exactTime, since, until } from '../model/format.ts';
import { arrivals } from '../model/router.ts';
import { isSilent, standsSince } from '../model/silent.ts';
import { groupOf, hintOf, toneOf, whyOf } from '../model/states.ts';
import { nextStep, type Step, start, stepOf } from '../model/steps.ts';
import { may, me } from '../service/me.ts';
import { takeUp } from '../service/operations.ts';
import { inView, isLoaded, refresh, sessions } from '../service/sessions.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Problem } from '../ui/problem.tsx';
import { StateBadge } from '../ui/state.tsx';
import { StepButton } from '../ui/step-button.tsx';
import { Unseen } from '../ui/unseen.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { DangerZone } from './danger.tsx';
import { SessionEvents } from './events.tsx';
import { Health } from './health.tsx';
import { Linking } from './linking.tsx';
import { MachinePart } from './machine.tsx';
import { Messages } from './messages.tsx';
import { Settings } from './settings.tsx';
import { Snapshots } from './snapshots.tsx';
import { Storage } from './storage.tsx';
import { Timeline } from './timeline.tsx';
import { Usage } from './usage.tsx';

/** `/sessions/NAME`: everything about one session. */
export function SessionView({ name }: { name: string }) {
  const { app, session: texts } = words.value;
  const session = sessions.value.get(name);
  const isThere = session !== undefined;
  useEffect(() => {
    if (isSessionName(name)) void refresh(name);
    inView.add(name);
    return () => void inView.delete(name);
  }, [name]);
  useEffect(() => {
    document.title = `${visible(name)} · LeadMaster`;
    return () => {
      document.title = 'LeadMaster';
    };
  }, [name]);
  useEffect(() => {
    if (isThere && location.hash !== '') bringTo(location.hash.slice(1));
  }, [name, isThere, arrivals.value]);
  return (
    <>
      <Link to="/" class="back">
        <Icon name="back" />
        {app.back}
      </Link>
      {session !== undefined ? (
        <Parts session={session} />
      ) : isLoaded.value ? (
        <div class="panel calm">
          <h1>{visible(name)}</h1>
          <p>{texts.gone}</p>
        </div>
      ) : (
        <p role="status">{app.loading}</p>
      )}
    </>
  );
}

/** Shows a part, with what stands above it where there is room, and marks it. */
function bringTo(id: string): void {
  const part = document.getElementById(id);
  part?.scrollIntoView({ block: 'nearest' });
  part?.focus({ preventScroll: true });
}

function Parts({ session }: { session: HubSession }) {
  const { name, state } = session;
  if (state === 'UNCLAIMED') return <Summary session={session} />;
  if (isSilent(session)) return <AsLastKnown session={session} />;
  return (
    <>
      <Summary session={session} />
      <Unseen />
      <StillRuns name={name} />
      <div class="parts">
        <div>
          <Linking session={session} />
          <Messages session={session} />
          <Snapshots session={session} />
          <Storage session={session} />
          <Usage name={name} />
        </div>
        <div>
          <Health session={session} />
          <Timeline name={name} />
          <SessionEvents name={name} />
          <Settings session={session} />
          {me.value?.kind === 'operator' && may('admin') ? <MachinePart session={session} /> : null}
          {may('control') ? <DangerZone session={session} /> : null}
        </div>
      </div>
    </>
  );
}

/** While its machine is silent: what the hub has kept. All else is on that machine. */
function AsLastKnown({ session }: { session: HubSession }) {
  return (
    <>
      <Summary session={session} />
      <Health session={session} />
    </>
  );
}

/** Finds the work that was begun before the page was loaded; each part shows its own. */
function StillRuns({ name }: { name: string }) {
  const { error } = useLoaded((signal) => takeUp(name, signal), { session: name, changes: () => false });
  return error === null ? null : <Problem error={error} />;
}

/** What matters at once: how it stands, since when, why, and what to do. */
function Summary({ session }: { session: HubSession }) {
  const { list, session: texts, parts, linking } = words.value;
  const { name, account, owner = null, sending, machine, tenant, attempts, nextAttemptAt } = session;
  const from = standsSince(session);
  const [hint, why] = [hintOf(session), whyOf(session)];
  const isTrying = groupOf(session) === 'passing' && attempts > 1;
  return (
    <section class={`summary is-${toneOf(session)}`} aria-labelledby="name">
      <div class="title">
        <h1 id="name">{name}</h1>
        <StateBadge session={session} />
        <span class="faint" title={exactTime(from)}>
          {list.since(since(from))}
        </span>
        <span class="space" />
        <Orders session={session} />
      </div>
      <p class="meta faint">
        <span>{account === null ? list.notLinked : accountText(account)}</span>
        {account === null && owner !== null ? <span>{linking.rightIs(accountLabel(owner))}</span> : null}
        {why === '' ? null : <span>{why}</span>}
        {sending === 'off' ? <span class="warn">{parts.settings.listens}</span> : null}
        {isTrying ? (
          <span title={nextAttemptAt === null ? undefined : exactTime(nextAttemptAt)}>
            {texts.attempts(attempts, nextAttemptAt === null ? null : until(nextAttemptAt))}
          </span>
        ) : null}
        {machine === null ? null : (
          <span>
            {texts.machine} {machine}
          </span>
        )}
        {tenant === null ? null : (
          <span>
            {texts.tenant} {tenant}
          </span>
        )}
      </p>
      {hint === '' ? null : <p class="hint">{hint}</p>}
      <Commands session={session} />
    </section>
  );
}

/** What it proposes and only a terminal can do. */
function Commands({ session }: { session: HubSession }) {
  const { action, furtherActions = [] } = session;
  if (isSilent(session)) return null;
  const proposed = action === undefined ? furtherActions : [action, ...furtherActions];
  const commands = proposed.filter((one) => stepOf(one, session) === null).map(commandOf);
  if (commands.length === 0) return null;
  return (
    <ul class="commands">
      {commands.map((command) => (
        <li key={command}>
          <Copyable text={command} />
        </li>
      ))}
    </ul>
  );
}

/** The step that the session proposes first, what else it proposes, and the orders that always fit. */
function Orders({ session }: { session: HubSession }) {
  if (!may('control')) return null;
  const first = nextStep(session);
  const rest = furtherSteps(session).filter((step): step is Step => step !== null && step.label !== first?.label);
  const once = rest.filter((step, at) => rest.findIndex(({ label }) => label === step.label) === at);
  return (
    <div class="buttons">
      {first === null ? null : <StepButton step={first} />}
      {once.map((step) => (
        <StepButton key={step.label} step={step} kind="plain" />
      ))}
    </div>
  );
}

/** None while its machine is silent: no order reaches it. */
function furtherSteps(session: HubSession): (Step | null)[] {
  if (isSilent(session)) return [];
  const proposed = (session.furtherActions ?? []).map((action) => stepOf(action, session));
  return [...proposed, ...usualSteps(session)];
}

function usualSteps(session: HubSession): (Step | null)[] {
  const { name, state } = session;
  if (state === 'UNCLAIMED' || state === 'MOVED') return [];
  if (state === 'STOPPED') return [start(session)];
  if (session.desired === 'stopped') return [];
  return [stepOf({ kind: 'restart', session: name }, session), stepOf({ kind: 'stop', session: name }, session)];
}
