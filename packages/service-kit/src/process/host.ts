import type { Logger } from 'pino';

/** Every file that this process and its children write is private from its first byte. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** Failures of others that end no service. */
export interface Containment {
  /** Whether an unhandled rejection is one of these. */
  isContained: (error: unknown) => boolean;
  /** What the log says of one. */
  message: string;
}

/** A service as the process sees it that runs it. */
export interface HostedService {
  log: Pick<Logger, 'warn' | 'fatal'>;
  contained: readonly Containment[];
  /** Ends it in order. Idempotent. `code`: what the process ends with if nothing else goes wrong. */
  shutdown(reason: string, code?: number): Promise<void>;
}

const FAULT = 'a failure that no code handles';

/**
 * Looks after rejections that no code handles, for all services of this process: one that a service contains is written down, any
 * other is a fault of ours, and all of them end in order. Returns the way to stop.
 */
export function containRejections(services: readonly HostedService[]): () => void {
  const onRejection = (error: unknown): void => {
    const isNoted = services.some((service) => note(service, error));
    if (!isNoted) for (const service of services) endFor(service, error);
  };
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}

/** Writes a contained failure down; false when this service does not contain it. */
function note({ log, contained }: HostedService, error: unknown): boolean {
  const known = contained.find(({ isContained }) => isContained(error));
  if (known !== undefined) log.warn({ err: error }, known.message);
  return known !== undefined;
}

function endFor(service: HostedService, error: unknown): void {
  service.log.fatal({ err: error }, `${FAULT}; the service ends in order`);
  void service.shutdown(FAULT, 1);
}
