import { accountLabel, type HubSession } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { phone } from '../model/format.ts';
import type { Step } from '../model/steps.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { refresh } from '../service/sessions.ts';
import { StepButton } from '../ui/step-button.tsx';
import { Submit } from '../ui/submit.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Metadata } from './metadata.tsx';
import { digitsOf, PhoneField } from './phone-field.tsx';
import { Section } from './section.tsx';

/** What bounds a session, whether it sends and whose phone it takes, and what is noted beside it. */
export function Settings({ session }: { session: HubSession }) {
  const { session: texts } = words.value;
  return (
    <Section id="settings" title={texts.sections.settings}>
      <Sending session={session} />
      <ExpectedNumber session={session} />
      <Metadata session={session} />
    </Section>
  );
}

function Sending({ session }: { session: HubSession }) {
  const { settings } = words.value.parts;
  const { name, sending, sendingOffBy, untold = [] } = session;
  const [isStillOff, setStillOff] = useState(false);
  const isOff = sending === 'off';
  const turn = async (to: 'on' | 'off'): Promise<void> => {
    const now = await client.call('changeSession', { params: { session: name }, body: { sending: to } });
    setStillOff(to === 'on' && now.sending === 'off');
    await refresh(name);
  };
  const off: Step = { label: settings.turnOff, asks: settings.asksOff, run: () => turn('off') };
  const on: Step = { label: settings.turnOn, asks: settings.asksOn, run: () => turn('on') };
  // A tenant is not told which level it is: there its order shows it.
  const isOwn = sendingOffBy.length === 0 || sendingOffBy.includes('session');
  return (
    <section aria-labelledby="sending-title">
      <h3 id="sending-title">{settings.sending}</h3>
      <p class={isOff ? 'warn' : undefined}>{isOff ? settings.off : settings.on}</p>
      {sendingOffBy.map((level) => (level === 'session' ? null : <p key={level}>{settings.offAbove[level]}</p>))}
      {isStillOff && isOff && sendingOffBy.length === 0 ? <p role="status">{settings.stillOff}</p> : null}
      {untold.length === 0 ? null : <p class="faint">{settings.untold}</p>}
      {isOff && isOwn && !may('admin') ? <p class="faint">{settings.wantsAdmin}</p> : null}
      <div class="buttons">
        {!isOff && may('control') ? <StepButton key="off" step={off} kind="plain" /> : null}
        {isOff && isOwn && may('admin') ? <StepButton key="on" step={on} kind="plain" /> : null}
      </div>
    </section>
  );
}

function ExpectedNumber({ session: { name, expectedPhone, owner = null } }: { session: HubSession }) {
  const { settings } = words.value.parts;
  const change = async (next: string | null): Promise<void> => {
    await client.call('changeSession', { params: { session: name }, body: { expectedPhone: next } });
    await refresh(name);
  };
  const anyNumber = owner === null ? settings.anyNumber : settings.ownNumber(accountLabel(owner));
  const unbind: Step = { label: settings.unbind, asks: settings.asksUnbind, run: () => change(null) };
  return (
    <section aria-labelledby="number-title">
      <h3 id="number-title">{settings.number}</h3>
      <p>{expectedPhone === null ? anyNumber : settings.onlyNumber(phone(expectedPhone))}</p>
      {may('control') ? (
        <>
          <BindNumber key={expectedPhone} isBound={expectedPhone !== null} onBind={change} />
          {expectedPhone === null ? null : <StepButton step={unbind} kind="plain" />}
        </>
      ) : null}
    </section>
  );
}

function BindNumber({ isBound, onBind }: { isBound: boolean; onBind: (phone: string) => Promise<void> }) {
  const { parts } = words.value;
  const { settings } = parts;
  const [text, setText] = useState('');
  const order = useOrder();
  const submit = (event: Event): void => {
    event.preventDefault();
    void order.give(() => onBind(digitsOf(text)));
  };
  return (
    <details>
      <summary>{isBound ? settings.change : settings.bind}</summary>
      <form class="form" onSubmit={submit}>
        <PhoneField label={settings.phone} value={text} onInput={setText} />
        <Submit order={order} label={settings.save} kind="plain" />
      </form>
    </details>
  );
}
