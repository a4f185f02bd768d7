/** Spanish for what a service says in English: by error code, by reason and state, and by action. For every program that shows it. */
export { actions } from './actions.ts';
export { advice } from './advice.ts';
export { errors } from './errors.ts';
export { sessionHint } from './hints.ts';
export { reasons } from './reasons.ts';
