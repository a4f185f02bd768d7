import { Slots } from '@leadmaster/service-kit/wait';
import { pino } from 'pino';
import type { Claim } from '../../src/lifecycle/claim.ts';
import { SessionSupervisor } from '../../src/lifecycle/supervisor.ts';
import type { SupervisorDeps } from '../../src/lifecycle/supervisor-deps.ts';
import { UNGUARDED_BUILDS } from '../builds/unguarded.ts';
import { idleOutbox } from './idle-outbox.ts';

export const NAME = 'ventas';

type Given = Pick<SupervisorDeps, 'config' | 'engine' | 'store' | 'profiles' | 'claim'>;

/** The supervisor of a stopped session; what is not given does nothing. */
export function playedSupervisor(deps: Given & Partial<SupervisorDeps>): SessionSupervisor {
  return new SessionSupervisor(
    {
      places: new Slots(4),
      log: pino({ level: 'silent' }),
      outbox: idleOutbox(),
      builds: UNGUARDED_BUILDS,
      linkedIn: () => null,
      comeBack: () => undefined,
      lockIdle: async () => ({ release: () => undefined }),
      ...deps,
    },
    {
      name: NAME,
      state: 'STOPPED',
      reason: 'created',
      since: new Date(),
      account: null,
      owner: null,
      wrong: null,
      health: { lastProbeAt: null, lastInboundAt: null, lastAckAt: null, lastReadyAt: null },
    },
  );
}

/** A profile that is taken; a login in it is committed. */
export function playedClaim(profileDir: string, login: Claim['login'], onRelease: () => void = () => undefined): Claim {
  return {
    profileDir,
    login,
    generation: 1,
    committed: login === 'saved',
    unfinished: [],
    openedBy: async () => undefined,
    linkedTo: async () => undefined,
    release: onRelease,
  };
}
