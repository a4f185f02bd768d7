import { Msg, modelStorage } from './collections.js';
import { line } from './line.js';
import { requireModule } from './loader.js';
import { isMe, me } from './me.js';
import { MsgKey, makeKey } from './msg-key.js';
import { nextStep } from './ratchet.js';
import { addressBehind, chatWid, chatWidOf, widOfNumber } from './wid.js';

/**
 * Votes in polls. A vote names its poll by the poll's own id, and replaces what the same person voted before.
 */
const STORE = 'meta';
const NAME = 'vote|';

/** `WAWebAddonPollVoteTableMode.pollVoteTableMode`. */
export const pollVoteTableMode = {
  async bulkUpsert(votes) {
    for (const vote of votes)
      await modelStorage.put(STORE, rowOfVote(vote), `${NAME}${vote.pollUpdateParentKey}|${vote.from}`);
  },
};

function rowOfVote({ id, pollUpdateParentKey, from, t, selectedOptionLocalIds }) {
  const parentMsgKey = String(pollUpdateParentKey);
  return { msgKey: String(id), parentMsgKey, sender: String(from), senderTimestampMs: t, selectedOptionLocalIds };
}

/** `WAWebPollsVotesSchema.getTable()`. */
export const votesTable = {
  async equals(_columns, parentMsgKey) {
    const rows = await modelStorage.all(STORE);
    return rows.filter((row) => row?.parentMsgKey === parentMsgKey);
  },
};

/** A vote came in: it goes through the module, where libraries listen. */
export async function noteVote({ id, from, to, t, vote }) {
  const voter = from === me.number ? to : from;
  const mine = from === me.number;
  const parent = Msg.getModelsArray().find((msg) => msg.id.id === vote.poll);
  if (!parent) return;
  const selected = parent.pollOptions.filter(({ name }) => vote.options.includes(name)).map(({ localId }) => localId);
  await requireModule('WAWebAddonPollVoteTableMode').pollVoteTableMode.bulkUpsert([
    {
      id: makeKey({ fromMe: mine, remote: chatWidOf(voter), id }),
      pollUpdateParentKey: parent.id,
      from: chatWidOf(from),
      t: t * 1000,
      senderTimestampMs: t * 1000,
      selectedOptionLocalIds: selected,
    },
  ]);
}

/** `WAWebPollsSendVoteMsgAction.sendVote`. */
export async function sendVote(poll, localIds) {
  const id = await MsgKey.newId();
  const options = poll.pollOptions.filter(({ localId }) => localIds.has(localId)).map(({ name }) => name);
  const remote = isMe(poll.id.remote) ? widOfNumber(me.number) : chatWid(poll.id.remote);
  const message = { id, to: addressBehind(remote), body: '', t: Math.floor(Date.now() / 1000) };
  line.wire.send({
    t: 'send',
    message: { ...message, vote: { poll: poll.id.id, options } },
    step: await nextStep(),
    retry: false,
  });
}
