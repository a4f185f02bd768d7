import { LeadMasterError } from '@leadmaster/protocol';
import { describe } from 'vitest';
import { ALL_UNKNOWN } from '../../session-manager/src/lifecycle/capabilities/verdicts.ts';
import { A_SNAPSHOT } from '../../session-manager/test/event-samples.ts';
import { accountOf, type Planted, plantedAndFound, stands } from './planted.ts';
import { NAME, type SampleInstallation } from './sample-installation.ts';

/** A second session with a login and a snapshot: `soporte`. */
async function putSecond(i: SampleInstallation): Promise<void> {
  await i.putProfile('soporte');
  const at = new Date().toISOString();
  i.change((store) => {
    store.sessions.insert({ name: 'soporte', metadata: {}, desired: 'stopped' });
    store.sessions.touch('soporte', { caughtUpTo: at });
    store.snapshots.created('soporte', { id: '1-00000001', at, data: A_SNAPSHOT });
  });
}

describe('browsers, accounts and pages', () => {
  plantedAndFound([
    [
      'no browser',
      (i) => {
        i.machine.browserVersion = async () => {
          throw new LeadMasterError('browser_missing', 'No browser is installed.', 'Run: apt install it');
        };
      },
      [['browser_missing', 'problem']],
    ],
    [
      'a browser older than the profile',
      (i) => {
        i.machine.browserVersion = async () => '155.0.1.2';
      },
      [['browser_older', 'problem']],
    ],
    [
      'WhatsApp Web out of reach',
      (i) => {
        i.machine.reach = async () => ({ by: 'dns', detail: 'ERR_NAME_NOT_RESOLVED' });
      },
      [['whatsapp_unreachable', 'problem']],
    ],
    [
      'a browser that does not start',
      (i) => {
        i.machine.reach = async () => {
          throw new LeadMasterError('browser_failed', 'It did not start.', 'Look.');
        };
      },
      [['check_failed', 'problem']],
    ],
    ...(
      [
        ['ERROR', 'browser_failed', 'problem'],
        ['AUTH_FAILURE', 'login_refused', 'problem'],
        ['DISCONNECTED_BANNED', 'banned', 'problem'],
        ['DISCONNECTED_RECOVERABLE', 'page_unreachable', 'warning'],
        ['QR_REQUIRED', 'waiting_for_scan', 'note'],
      ] as const
    ).map(
      ([state, reason, severity]): Planted => [
        `a session in ${state}`,
        (i) => i.change((store) => stands(store, state, reason)),
        [['session_unwell', severity]],
      ],
    ),
    [
      'a session between two tries',
      (i) =>
        i.change((store) => {
          store.sessions.setDesired(NAME, 'running');
          stands(store, 'RECONNECTING', 'retry');
        }),
      [['session_unwell', 'warning']],
    ],
    ['a session on its way', (i) => i.change((store) => stands(store, 'RECONNECTING', 'start')), []],
    [
      'an account that WhatsApp asks for a passkey',
      (i) => i.change((store) => stands(store, 'PASSKEY_REQUIRED', 'passkey_not_given')),
      [['passkey_wanted', 'problem']],
    ],
    [
      'an account that is not the one that the session belongs to',
      (i) =>
        i.change((store) => {
          const wrongAccount = { reason: 'other_account', account: accountOf('5491100000002'), session: null } as const;
          store.sessions.setAccount(NAME, { account: accountOf('5491100000001'), wrongAccount });
        }),
      [['wrong_account', 'problem']],
    ],
    [
      'one account in two sessions',
      async (i) => {
        await putSecond(i);
        i.change((store) => {
          store.sessions.setAccount(NAME, { account: accountOf('5491100000001') });
          store.sessions.setAccount('soporte', { account: accountOf('541100000001') });
        });
      },
      [['linked_twice', 'problem']],
    ],
    [
      'one link in two sessions, as far as they remember',
      async (i) => {
        await putSecond(i);
        i.change((store) => {
          for (const name of [NAME, 'soporte'])
            store.sessions.setAccount(name, { account: { ...accountOf('5491100000001'), device: 7 } });
        });
      },
      [['login_copied', 'problem']],
    ],
    [
      'a copy of the login of another session, that waits',
      (i) =>
        i.change((store) => {
          const account = { ...accountOf('5491100000002'), device: 7 };
          const wrongAccount = { reason: 'linked_elsewhere', account, session: 'soporte', link: 'same' } as const;
          store.sessions.setAccount(NAME, { wrongAccount });
        }),
      [['login_copied', 'problem']],
    ],
    [
      'a login that its page erased',
      (i) => i.change((store) => stands(store, 'AUTH_FAILURE', 'page_erased_login')),
      [['login_erased', 'problem']],
    ],
    [
      'a locked account',
      (i) => i.change((store) => stands(store, 'AUTH_FAILURE', 'account_locked')),
      [['account_locked', 'problem']],
    ],
    [
      'an account that is to prove itself, and may open no new chats',
      (i) =>
        i.change((store) => {
          const newChats = { state: 'locked', until: null, used: null, total: null } as const;
          const limits = { newChats, since: new Date().toISOString() };
          store.pages.set(NAME, { attention: 'integrity_challenge', limits });
        }),
      [
        ['attention_wanted', 'problem'],
        ['new_chats_limited', 'warning'],
      ],
    ],
    [
      'a session that is off since before its lock of new chats ended',
      (i) =>
        i.change((store) => {
          const newChats = { state: 'locked', until: '2026-01-02T00:00:00.000Z', used: null, total: null } as const;
          store.pages.set(NAME, { limits: { newChats, since: '2026-01-01T00:00:00.000Z' } });
        }),
      [],
    ],
    [
      'chats that could not be read while catching up',
      (i) =>
        i.change((store) => {
          const chats = [{ chatId: '5491100000002@c.us', why: 'r: r' }];
          store.pages.set(NAME, { unread: { count: 1, chats, retryAt: '2026-09-20T10:00:00.000Z' } });
        }),
      [['chats_unread', 'warning']],
    ],
    [
      'a page that cannot send, nor load media',
      (i) =>
        i.change((store) => {
          const features = { ...ALL_UNKNOWN, text: 'broken', download: 'broken' } as const;
          const at = new Date().toISOString();
          store.pages.set(NAME, { capabilities: { build: '2.3000.1', at, features, checks: [] } });
        }),
      [
        ['text_broken', 'problem'],
        ['feature_broken', 'warning'],
      ],
    ],
  ]);
});
