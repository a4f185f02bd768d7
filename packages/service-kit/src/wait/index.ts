/** Queues and waits. */
export { Alarm } from './alarm.ts';
export { anyOf, deadline, isOverdue, within } from './deadline.ts';
export { Lanes } from './lanes.ts';
export { Rounds } from './rounds.ts';
export { SerialQueue } from './serial-queue.ts';
export { Slots } from './slots.ts';
export { inTurns } from './turns.ts';
export { withSignal } from './with-signal.ts';
