import { requireModule } from './loader.js';
import { myLid, myWid } from './me.js';
import { MsgKey, makeKey } from './msg-key.js';
import { carriedBy } from './rows.js';

/** `WAWebChatForwardMessage.forwardMessages`: each message goes out again, through the module that sends all of them. */
export async function forwardMessages({ chat, msgs }) {
  for (const msg of msgs) {
    const from = (chat.id.isLid() || chat.groupMetadata?.isLidAddressingMode ? myLid() : null) ?? myWid();
    const participant = chat.id.isGroup() ? from : undefined;
    const id = makeKey({ from, to: chat.id, id: await MsgKey.newId(), participant, selfDir: 'out' });
    const plain = { ...carriedBy(msg), id, from, to: chat.id, body: msg.body, isForwarded: true, ack: 0 };
    const stamped = { ...plain, t: Math.floor(Date.now() / 1000), self: 'out', local: true, isNewMsg: true };
    await requireModule('WAWebSendMsgChatAction').addAndSendMsgToChat(chat, stamped)[0];
  }
}
