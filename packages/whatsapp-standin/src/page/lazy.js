/**
 * What the page loads only once it is logged in, as most of WhatsApp's scripts are. Without it the page never says that it
 * has synced.
 */
import { counts, sendUnsent } from './mail.js';
import { Socket } from './socket-model.js';

/** The last step of a sync: `say` tells the server. */
export async function finishSync(say) {
  Socket.hasSynced = true;
  say(counts());
  await sendUnsent();
}
