import { basename } from 'node:path';
import { type Capture, type CaptureRequest, checkStructure, entriesInPlace, loginSequences } from '@leadmaster/capture';

/**
 * A copy of a profile that no browser writes into, in memory: the files and checks of a real capture, without its thread
 * and its pause.
 */
async function captureHere({ profileDir, kind, signal }: CaptureRequest): Promise<Capture> {
  signal?.throwIfAborted();
  const entries = await Promise.all(
    entriesInPlace(profileDir, kind).map(async (entry) => {
      if (entry.kind !== 'file') return entry;
      const body = entry.open();
      const content = Buffer.isBuffer(body) ? body : Buffer.concat(await Array.fromAsync(body));
      return { ...entry, open: () => content };
    }),
  );
  const files = entries.filter((entry) => entry.kind === 'file');
  return {
    ...{ entries, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) },
    ...{ method: 'none', pauseMs: 0, frozenAt: new Date() },
    structure: checkStructure(profileDir),
    sequences: loginSequences(profileDir),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Copies that can be held in their middle, as a slow disk holds them. */
export class PlayedCapture {
  /** Copies that are held, by session. */
  readonly working: string[] = [];
  /** A held copy passes over its signal, as a call to a dead disk does. */
  isDeaf = false;
  /** How the browser is said to have been held, and for how long. */
  freezes: Pick<Capture, 'method' | 'pauseMs'> = { method: 'none', pauseMs: 0 };
  #gate: PromiseWithResolvers<void> | null = null;

  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  readonly take = async (request: CaptureRequest): Promise<Capture> => {
    if (this.#gate !== null) await this.#held(request, this.#gate.promise);
    return Object.assign(await captureHere(request), this.freezes);
  };

  async #held({ profileDir, signal }: CaptureRequest, released: Promise<void>): Promise<void> {
    const session = basename(profileDir);
    const aborted = Promise.withResolvers<void>();
    if (!this.isDeaf) signal?.addEventListener('abort', () => aborted.resolve(), { once: true });
    this.working.push(session);
    await Promise.race([released, aborted.promise]);
    this.working.splice(this.working.indexOf(session), 1);
  }
}
