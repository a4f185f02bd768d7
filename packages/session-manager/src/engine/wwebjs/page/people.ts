import type { Key, PageAddress, WhatsAppPage, Wid } from './whatsapp-page.ts';

/**
 * Who somebody is: one person has a phone number's id (`@c.us`) and a LID (`@lid`), and the page may know either, both or
 * a name (whatsapp-web-2026, 3.5). Looks into the page's memory alone; what it does not know is null.
 */
export function installPeople(): void {
  const page = globalThis as unknown as WhatsAppPage;

  /** The result of a look-up that this build may not have, or that throws for somebody it does not know. */
  const maybe = <T>(look: () => T | null | undefined): T | null => {
    try {
      return look() ?? null;
    } catch {
      return null;
    }
  };

  const widOf = (like: Wid | string | null | undefined): Wid | null => {
    if (like === null || like === undefined) return null;
    return typeof like === 'string' ? maybe(() => page.require('WAWebWidFactory').createWid(like)) : like;
  };

  const isLid = (wid: Wid | null): wid is Wid => wid?.server === 'lid';
  const isPhone = (wid: Wid | null): wid is Wid => wid?.server === 'c.us' && /^[0-9]+$/.test(wid.user ?? '');

  /** One of the account's own two ids, where `wid` is the other. */
  const otherOfMine = (wid: Wid): Wid | null => {
    const me = page.require('WAWebUserPrefsMeUser');
    const mine = [maybe(() => me.getMaybeMePnUser()), maybe(() => me.getMaybeMeLidUser())];
    const isMine = mine.some((own) => own?.user === wid.user && own?.server === wid.server);
    return isMine ? (mine.find((own) => own !== null && own.server !== wid.server) ?? null) : null;
  };

  /** Asks every source that the page has for the id of the same person that `fits`. */
  const firstThat = (fits: (wid: Wid | null) => boolean, sources: (() => Wid | null | undefined)[]): Wid | null => {
    for (const source of sources) {
      const found = maybe(source);
      if (fits(found)) return found;
    }
    return null;
  };

  const alternateOf = (wid: Wid): Wid | null => {
    const contacts = () => page.require('WAWebApiContact');
    const migration = () => page.require('WAWebLidMigrationUtils');
    if (isLid(wid))
      return firstThat(isPhone, [
        () => contacts().getPhoneNumber?.(wid),
        () => migration().toPn?.(wid),
        () => contacts().getAlternateUserWid?.(wid),
        () => otherOfMine(wid),
      ]);
    if (!isPhone(wid)) return null;
    return firstThat(isLid, [
      () => contacts().getCurrentLid?.(wid),
      () => migration().toLid?.(wid),
      () => contacts().getAlternateUserWid?.(wid),
      () => otherOfMine(wid),
    ]);
  };

  const nameOf = (wid: Wid): string | null => {
    const { Contact, Chat } = page.require('WAWebCollections');
    const contact = maybe(() => Contact.get(wid));
    if (contact !== null) return contact.name || contact.verifiedName || contact.pushname || null;
    return maybe(() => Chat.get(wid)?.name);
  };

  /** `told`: the name that the person gave with a message, for one who is in no address book. */
  const addressOf = (like: Wid | string | null | undefined, told?: string): PageAddress => {
    const wid = widOf(like);
    if (wid === null) return { id: typeof like === 'string' ? like : null, lid: null, phone: null, name: told || null };
    const other = alternateOf(wid);
    const both = [wid, other];
    return {
      id: String(wid),
      lid: both.filter(isLid).map(String)[0] ?? null,
      phone: both.filter(isPhone)[0]?.user ?? null,
      name: maybe(() => nameOf(wid)) ?? (other === null ? null : maybe(() => nameOf(other))) ?? (told || null),
    };
  };

  const keyText = (key: Key, remote: Wid | string, participant: Wid | string | null | undefined): string =>
    [key.fromMe, remote, key.id, key.self, participant].filter((part) => part !== undefined && part !== null).join('_');

  /** The same message under the other id of its chat; in a group, under the other id of its author. */
  const siblingsOf = (key: Key): string[] => {
    const remote = widOf(key.remote);
    const participant = widOf(key.participant);
    const otherRemote = remote === null ? null : alternateOf(remote);
    const otherParticipant = participant === null ? null : alternateOf(participant);
    const siblings: string[] = [];
    if (otherRemote !== null) siblings.push(keyText(key, otherRemote, key.participant));
    if (otherParticipant !== null) siblings.push(keyText(key, key.remote, otherParticipant));
    return siblings;
  };

  Object.assign(page.leadmaster, { alternateOf, addressOf, siblingsOf });
}
