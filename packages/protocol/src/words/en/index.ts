/** English for what a service tells by a code: by reason. */
export { reasons } from './reasons.ts';
