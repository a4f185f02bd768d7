import { type HubSession, isRestricted } from '@leadmaster/protocol';
import { bytes, exactTime, now, phone, since } from '../model/format.ts';
import { pathOf } from '../model/router.ts';
import { groupOf, hintOf, whyOf } from '../model/states.ts';
import { nextStep } from '../model/steps.ts';
import { may } from '../service/me.ts';
import { Link } from '../ui/link.tsx';
import { StateBadge } from '../ui/state.tsx';
import { StepButton } from '../ui/step-button.tsx';
import { Ago } from '../ui/time.tsx';
import { words } from '../words/index.ts';

/** The hub looks at every machine within a minute: what is older was told by none. */
const OLD_MS = 180_000;

/** One session of the list: how it stands, why, and the one thing to do. */
export function SessionRow({ session }: { session: HubSession }) {
  const { list } = words.value;
  const { account, since: from, machine, tenant } = session;
  const isCalm = groupOf(session) === 'ready' || groupOf(session) === 'resting';
  const hint = isCalm ? '' : hintOf(session);
  const step = may('control') ? nextStep(session) : null;
  return (
    <li class="row">
      <div class="who">
        <Link to={pathOf(session.name)} class="name">
          {session.name}
        </Link>
        <span class="faint">{account === null ? list.notLinked : `${phone(account.phone)} ${account.name}`}</span>
        <span class="faint where">
          {machine === null ? null : <span title={list.machine}>{machine}</span>}
          {tenant === null ? null : <span title={list.tenant}>{tenant}</span>}
        </span>
      </div>
      <div class="stands">
        <span>
          <StateBadge session={session} />{' '}
          <span class="faint" title={exactTime(from)}>
            {list.since(since(from))}
          </span>
        </span>
        <span class="why">{whyOf(session)}</span>
        {session.state === 'READY' ? <Alive session={session} /> : null}
        {hint === '' ? null : <p class="hint">{hint}</p>}
        <Warnings session={session} />
      </div>
      <Evidence session={session} />
      <div class="do">{step === null ? null : <StepButton step={step} kind={isCalm ? 'plain' : 'primary'} />}</div>
    </li>
  );
}

/** What is not as it should be, in any state. */
function Warnings({ session }: { session: HubSession }) {
  const { list } = words.value;
  const isOld = now.value - Date.parse(session.asOf) > OLD_MS;
  return (
    <>
      {isOld ? <span class="warn">{list.oldNews(since(session.asOf))}</span> : null}
      {session.snapshotFailure === null ? null : <span class="warn">{list.snapshotFailed}</span>}
      {isRestricted(session.limits) ? <span class="warn">{list.restricted}</span> : null}
    </>
  );
}

/** What READY rests on. */
function Alive({ session: { health, runtime } }: { session: HubSession }) {
  const { list } = words.value;
  return (
    <span class="faint small">
      {list.lastProbe} <Ago at={health.lastProbeAt} />
      {runtime?.webVersion == null ? null : ` · ${list.build} ${runtime.webVersion}`}
    </span>
  );
}

function Evidence({ session }: { session: HubSession }) {
  const { list } = words.value;
  const { account, health, storage, lastSnapshot, runtime } = session;
  return (
    <dl class="evidence">
      <Fact label={list.lastIn} value={<Ago at={health.lastInboundAt} bare />} />
      <Fact label={list.lastAck} value={<Ago at={health.lastAckAt} bare />} />
      <Fact label={list.size} value={storage.bytes === null ? '–' : bytes(storage.bytes)} />
      <Fact label={list.memory} value={runtime?.pssBytes == null ? '–' : bytes(runtime.pssBytes)} />
      <Fact
        label={list.snapshot}
        value={
          lastSnapshot === null ? (
            account === null ? (
              '–'
            ) : (
              <span class="warn">{list.noSnapshot}</span>
            )
          ) : (
            <span>
              <Ago at={lastSnapshot.at} bare /> <Proof snapshot={lastSnapshot} />
            </span>
          )
        }
      />
    </dl>
  );
}

function Proof({ snapshot }: { snapshot: NonNullable<HubSession['lastSnapshot']> }) {
  const { list } = words.value;
  if (snapshot.damaged) return <span class="warn">{list.damaged}</span>;
  return <span class={snapshot.verified ? 'fine' : 'faint'}>{snapshot.verified ? list.proven : list.notProven}</span>;
}

function Fact({ label, value }: { label: string; value: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
