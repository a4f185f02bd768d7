import { FEATURES, isRestricted } from '@leadmaster/protocol';
import { Gauge, type Registry } from 'prom-client';
import type { SessionSupervisor } from './lifecycle/supervisor.ts';
import { sessionGauge } from './session-gauge.ts';

/** What the pages of WhatsApp Web say: which features work, and what WhatsApp restricts or asks of an account. */
export function measurePages(registry: Registry, supervisors: () => readonly SessionSupervisor[]): void {
  measureFeatures(registry, supervisors);
  flag(registry, supervisors, 'leadmaster_session_new_chats_locked', {
    help: '1 while WhatsApp does not let the account open new chats',
    isSet: ({ view }) => isRestricted(view.limits) && view.limits?.newChats.state === 'locked',
  });
  flag(registry, supervisors, 'leadmaster_session_new_chats_capped', {
    help: "1 while the account's number of new chats is used up",
    isSet: ({ view }) => isRestricted(view.limits) && view.limits?.newChats.state === 'capped',
  });
  flag(registry, supervisors, 'leadmaster_session_needs_attention', {
    help: '1 while WhatsApp asks something of the operator on a running session',
    isSet: ({ view }) => view.attention !== null,
  });
}

function measureFeatures(registry: Registry, supervisors: () => readonly SessionSupervisor[]): void {
  new Gauge({
    name: 'leadmaster_session_feature',
    help: '1 = works by the last probe of the page, 0 = broken; no sample where it is unknown',
    labelNames: ['session', 'feature'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, capabilities } of supervisors()) {
        const { features } = capabilities.view;
        for (const feature of FEATURES) {
          if (features[feature] !== 'unknown') this.set({ session: name, feature }, features[feature] === 'ok' ? 1 : 0);
        }
      }
    },
  });
}

function flag(
  registry: Registry,
  supervisors: () => readonly SessionSupervisor[],
  name: string,
  { help, isSet }: { help: string; isSet: (supervisor: SessionSupervisor) => boolean },
): void {
  sessionGauge(registry, { name, help }, () =>
    supervisors().map((supervisor) => ({ session: supervisor.name, value: isSet(supervisor) ? 1 : 0 })),
  );
}
