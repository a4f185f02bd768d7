import type { Sending } from '@leadmaster/protocol';
import { words } from '../words/index.ts';
import { Confirm } from './confirm.tsx';

interface SendingProps {
  /** Whose sessions they are. */
  name: string;
  sending: Sending;
  change: (sending: Sending) => Promise<unknown>;
}

/** Whether the sessions of a machine or a tenant may send, as a switch that says what it does before. */
export function SendingSwitch({ name, sending, change }: SendingProps) {
  const { sending: texts } = words.value.places;
  const isOn = sending === 'on';
  return (
    <Confirm
      title={isOn ? texts.offTitle(name) : texts.onTitle(name)}
      label={isOn ? texts.switchOff : texts.switchOn}
      kind={isOn ? 'danger' : 'primary'}
      work={() => change(isOn ? 'off' : 'on')}
      opener={(open) => (
        <button type="button" role="switch" aria-checked={isOn} class="switch" onClick={open}>
          <span class="track" aria-hidden="true" />
          {texts.label}
          <span class="hidden"> {name}</span>
        </button>
      )}
    >
      <p>{isOn ? texts.off : texts.on}</p>
    </Confirm>
  );
}
