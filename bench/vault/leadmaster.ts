import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newMasterKeyText } from '@leadmaster/vault';
import { cpuSeconds } from '../lifecycle/processes.ts';
import type { Contestant, Ring } from './contestant.ts';
import { bytesBelow } from './disk.ts';
import { LivingSession } from './living-session.ts';
import { peakOf, type Ran, run, type Usage } from './measure.ts';
import { emptyFolder } from './plain-copies.ts';
import type { VaultDone, VaultOrder, VaultTask } from './vault-program.ts';

const PROGRAM = fileURLToPath(new URL('vault-program.ts', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../leadmaster', import.meta.url));
/** Compiled code is kept beside the dependencies, as the command line and the service do it. */
const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/leadmaster', import.meta.url)),
};
/** The default of `SNAPSHOT_KEEP`. */
const KEEP = 'last=7,daily=7,weekly=4,monthly=6';

/** Our vault, used as the service uses it. */
export interface VaultContestant extends Contestant {
  /** A snapshot as of a time of its own choosing, then what the policy does not keep goes, and its bytes with it. */
  saveAndPrune(at: Date): Promise<VaultDone>;
}

type Call = (...args: string[]) => Promise<Ran>;

/** Capture and save in a process that does nothing else; the start of that process is not counted. */
export function inProcess(ring: Ring, kind: 'essential' | 'full'): VaultContestant {
  const { profile, signal } = ring;
  const folder = join(ring.folder, `vault-${kind}`);
  const [vault, keys] = [join(folder, 'vault'), join(folder, 'keys')];
  const call = async (order: VaultOrder, at?: Date): Promise<{ ran: Ran; done: VaultDone }> => {
    const clock = at === undefined ? {} : { at: at.toISOString() };
    const task = { ...order, ...clock, vault, keys } satisfies VaultTask;
    const ran = await run(process.execPath, [PROGRAM, JSON.stringify(task)], { cwd: folder, env: COMPILED, signal });
    return { ran, done: JSON.parse(ran.output) as VaultDone };
  };
  const measured = async (order: VaultOrder): Promise<Usage> => {
    const { ran, done } = await call(order);
    return { ms: done.ms, cpuMs: done.cpuMs, peakBytes: ran.peakBytes };
  };
  const saving = (): VaultOrder => {
    return { do: 'save', profile, kind, staging: join(folder, `staging-${randomBytes(4).toString('hex')}`) };
  };
  return {
    name: `LeadMaster ${kind}, in process`,
    set: kind,
    async prepare() {
      await emptyFolder(folder);
      await writeFile(keys, newMasterKeyText(), { mode: 0o600 });
      await call({ do: 'create' });
    },
    save: () => measured(saving()),
    restore: (target) => measured({ do: 'restore', target }),
    stored: () => bytesBelow(vault),
    async saveAndPrune(at) {
      const { done } = await call(saving(), at);
      const kept = await call({ do: 'keep', policy: KEEP }, at);
      return { ...done, snapshots: kept.done.snapshots };
    },
  };
}

/**
 * `./leadmaster snapshot create`, from the start of the command to its end, against a service that runs and has answered
 * before. The processor time is that of command and service together, the memory that of the service.
 */
export function byCommand(ring: Ring, kind: 'essential' | 'full', living: string): Contestant {
  const { folder, signal } = ring;
  // The service remembers where its vaults were, so each has a place that none had before.
  const vault = join(folder, `vault-command-${kind}-${randomBytes(4).toString('hex')}`);
  const served = async <T>(work: (session: LivingSession, call: Call) => Promise<T>): Promise<T> => {
    await using session = await LivingSession.open(living, vault, signal);
    const call: Call = (...args) => run(COMMAND, args, { cwd: folder, env: session.commandEnv, signal });
    await call('snapshot', 'list', session.name);
    // Awaited here: the service ends with this function.
    return await work(session, call);
  };
  return {
    name: `LeadMaster ${kind}, command`,
    set: kind,
    prepare: async () => {},
    save: () =>
      served(async (session, call) => {
        const before = cpuSeconds(session.pid);
        const ran = await call('snapshot', 'create', session.name, '--kind', kind);
        const serviceMs = (cpuSeconds(session.pid) - before) * 1000;
        return { ms: ran.ms, cpuMs: ran.cpuMs + serviceMs, peakBytes: peakOf(session.pid) ?? 0 };
      }),
    restore: (target) => served((session, call) => call('snapshot', 'restore', session.name, 'latest', '--to', target)),
    stored: () => bytesBelow(vault),
  };
}
