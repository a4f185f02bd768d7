import { chatRow, findOrCreateChat, modelStorage } from './collections.js';
import { drift } from './drifts.js';
import { isMe } from './me.js';
import { Model } from './models.js';
import { chatWidOf, createWid } from './wid.js';

/** What is known of a group: `WAWebGroupMetadataCollection`'s model. */
class GroupMetadata extends Model {
  static attributes = ['id', 'subject', 'owner', 'participants', 'announce', 'isLidAddressingMode'];
}

/** What a chat with a group has more than a chat with a person. `group` is how the servers describe it. */
export function groupFields(group) {
  const { id, subject, owner, members } = group;
  const participants = members.map((number) => {
    const wid = chatWidOf(number);
    return { id: wid, isAdmin: number === owner, isSuperAdmin: number === owner, isMe: isMe(wid) };
  });
  const values = { id: createWid(id), subject, owner: chatWidOf(owner), participants, announce: false };
  const groupMetadata = new GroupMetadata({ ...values, isLidAddressingMode: Boolean(drift('lid')) });
  return { name: subject, formattedTitle: subject, group, groupMetadata };
}

/** The account is in this group now. */
export async function noteGroup(group) {
  const chat = findOrCreateChat(createWid(group.id));
  chat.set(groupFields(group));
  await modelStorage.put('chat', chatRow(chat));
}
