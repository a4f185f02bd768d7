/** What belongs to the process that runs services. */

export { keepDirect } from './direct.ts';
export { Ending } from './ending.ts';
export { giveBackMemory } from './give-back.ts';
export { type Containment, containRejections, type HostedService, keepFilesPrivate } from './host.ts';
export { hostHere, isLoopback, portOf } from './loopback.ts';
export { ownEnvironment } from './own-environment.ts';
