import { installErrors } from './errors.ts';
import { installHandover } from './handover.ts';
import { installHelpers } from './helpers.ts';
import { installIds } from './ids.ts';
import { installLive } from './live.ts';
import { installMedia } from './media.ts';
import { installPeople } from './people.ts';
import { installRecords } from './records.ts';

/** What the page and Node have agreed on about handing a text over. */
export const TERMS = {
  field: 'lmOutbox',
  quote: 'true_0@c.us_LEADMASTER',
  refusal: 'leadmaster handed nothing over: ',
  journalMs: 10_000,
};

/** The toolbox before anything is in it. */
function makeToolbox(): void {
  Object.defineProperty(globalThis, 'leadmaster', { value: { helpers: {}, faults: [] }, configurable: true });
}

/**
 * The script that runs in every new document before any script of the page (`evaluateOnNewDocument`). It does nothing in
 * frames, and in a document that is not WhatsApp's it changes nothing that is used there. The helpers come last: they are
 * made of what the others have put into the toolbox. A step that fails stops no other; the toolbox tells of it.
 */
export function setupScript(): string {
  const steps = [
    call(makeToolbox),
    call(installErrors),
    call(installIds),
    call(installPeople),
    call(installRecords),
    call(installLive),
    call(installHandover, TERMS),
    call(installMedia),
    call(installHelpers),
  ];
  return `if (window === window.top) { ${steps.join('\n')} }`;
}

function call<Args extends unknown[]>(step: (...args: Args) => void, ...args: Args): string {
  const given = args.map((arg) => JSON.stringify(arg)).join(', ');
  return `try { (${step.toString()})(${given}); } catch (error) { leadmaster.faults.push(String(error)); }`;
}
