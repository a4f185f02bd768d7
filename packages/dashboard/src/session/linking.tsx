import { accountLabel, type HubSession, LeadMasterError, type PairingCode, type QrCode } from '@leadmaster/protocol';
import { useEffect, useState } from 'preact/hooks';
import { accountText, phone as written } from '../model/format.ts';
import { settleSteps } from '../model/steps.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Problem } from '../ui/problem.tsx';
import { StepButton } from '../ui/step-button.tsx';
import { Until } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Links } from './links.tsx';
import { digitsOf, PhoneField } from './phone-field.tsx';
import { QrPicture } from './qr-picture.tsx';
import { Section } from './section.tsx';

/** What leads to an account: there while none is linked, or one is to be decided on. */
export function Linking({ session }: { session: HubSession }) {
  const { session: texts, linking, actions, parts } = words.value;
  const { state } = session;
  const isSettled = state === 'WRONG_ACCOUNT';
  if (!may('control') || !(isToLink(session) || isSettled)) return null;
  return (
    <Section id="linking" title={isSettled ? actions.settle : texts.sections.linking}>
      {state === 'INITIALIZING' ? (
        <p role="status">
          <span class="spinner" aria-hidden="true" /> {linking.waiting}
        </p>
      ) : null}
      {state === 'QR_REQUIRED' ? <Scan session={session} /> : null}
      {state === 'PASSKEY_REQUIRED' ? <p>{linking.passkey}</p> : null}
      {isSettled ? <Settle session={session} /> : null}
      {isResting(session) ? <p>{parts.links.start}</p> : null}
      {isToLink(session) ? <Links session={session} /> : null}
    </Section>
  );
}

const WITHOUT_LOGIN: readonly string[] = ['INITIALIZING', 'QR_REQUIRED', 'PASSKEY_REQUIRED', 'DISCONNECTED_LOGOUT'];

/** Whether a phone can be linked: there is no saved login, and the machine links accounts at all. */
function isToLink(session: HubSession): boolean {
  const { state, account, loginMode } = session;
  if (loginMode === 'server') return false;
  return WITHOUT_LOGIN.includes(state) || (account === null && isResting(session));
}

function isResting({ state }: HubSession): boolean {
  return ['STOPPED', 'DISCONNECTED_LOGOUT', 'ERROR'].includes(state);
}

function Scan({ session }: { session: HubSession }) {
  const { linking } = words.value;
  return (
    <div class="scan">
      <LiveQr name={session.name} />
      <div>
        <ol class="steps">
          {linking.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <ByCode name={session.name} />
      </div>
    </div>
  );
}

/** The QR of now, replaced by each new one as it comes. */
function LiveQr({ name }: { name: string }) {
  const { linking } = words.value;
  const loaded = useLoaded((signal) => currentQr(name, signal), {
    session: name,
    changes: ({ type }) => type === 'session.qr',
  });
  if (loaded.error !== null) return <Problem error={loaded.error} />;
  if (loaded.data === null) return <p role="status">{linking.expired}</p>;
  return (
    <figure class="qr">
      <QrPicture text={loaded.data.qr} label={linking.qrAlt(name)} />
      <figcaption>
        <Countdown until={loaded.data.expiresAt} />
      </figcaption>
    </figure>
  );
}

/** Null between two QRs, and once none is waited for: the state tells the rest. */
async function currentQr(name: string, signal: AbortSignal): Promise<QrCode | null> {
  try {
    return await client.call('getQr', { params: { session: name } }, { signal });
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'not_waiting_for_qr') return null;
    throw error;
  }
}

function Countdown({ until }: { until: string }) {
  const { linking } = words.value;
  const [left, setLeft] = useState(() => secondsTo(until));
  useEffect(() => {
    setLeft(secondsTo(until));
    const timer = setInterval(() => setLeft(secondsTo(until)), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return <span class="faint">{left > 0 ? linking.expires(left) : linking.expired}</span>;
}

function secondsTo(iso: string): number {
  return Math.max(0, Math.round((Date.parse(iso) - Date.now()) / 1000));
}

function ByCode({ name }: { name: string }) {
  const { linking } = words.value;
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState<PairingCode | null>(null);
  const order = useOrder();
  const submit = (event: Event): void => {
    event.preventDefault();
    const digits = digitsOf(phone);
    void order.give(async () => {
      setCode(await client.call('requestPairingCode', { params: { session: name }, body: { phone: digits } }));
    });
  };
  return (
    <details>
      <summary>{linking.byCode}</summary>
      <form class="form" onSubmit={submit}>
        <PhoneField label={linking.phone} value={phone} onInput={setPhone} />
        <Button type="submit" isBusy={order.isRunning}>
          {linking.getCode}
        </Button>
      </form>
      {order.error === null ? null : <Problem error={order.error} />}
      {code === null ? null : (
        <div role="status">
          <Copyable large text={`${code.code.slice(0, 4)}-${code.code.slice(4)}`} />
          <p class="faint">
            {linking.codeHint} <Until at={code.expiresAt} told={linking.codeExpires} />
          </p>
        </div>
      )}
    </details>
  );
}

function Settle({ session }: { session: HubSession }) {
  const { linking, parts } = words.value;
  const { account, owner = null, reason, expectedPhone } = session;
  return (
    <div class="form">
      <p>{reason === 'linked_elsewhere' ? linking.wrongElsewhere : linking.wrong}</p>
      {account === null ? null : <p>{linking.wrongIs(accountText(account))}</p>}
      {owner === null || reason === 'linked_elsewhere' ? null : <p>{linking.rightIs(accountLabel(owner))}</p>}
      {expectedPhone === null ? null : <p>{parts.settings.onlyNumber(written(expectedPhone))}</p>}
      <div class="buttons">
        {settleSteps(session).map((step) => (
          <StepButton key={step.label} step={step} kind="plain" />
        ))}
      </div>
    </div>
  );
}
