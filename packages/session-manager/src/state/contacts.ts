import type { Address } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  id: number;
  lid: string | null;
  phone: string | null;
  name: string | null;
  told_alone: 0 | 1;
}

const FIELDS = ['lid', 'phone', 'name', 'told_alone'] as const;

/** A person has two names at WhatsApp, a phone number and a LID, and either may come alone: which belong together. */
export function contactsTable({ db, now, write, addEvent }: Connection): StateStore['contacts'] {
  const byLid = db.prepare<[string, string | null], Row>('SELECT * FROM contacts WHERE session = ? AND lid = ?');
  const byPhone = db.prepare<[string, string | null], Row>('SELECT * FROM contacts WHERE session = ? AND phone = ?');
  const insert = db.prepare<[string, string | null, string | null, string | null, number, string]>(
    'INSERT INTO contacts (session, lid, phone, name, told_alone, changed_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const set = db.prepare<[string | null, string | null, string | null, number, string, number]>(
    'UPDATE contacts SET lid = ?, phone = ?, name = ?, told_alone = ?, changed_at = ? WHERE id = ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM contacts WHERE id = ?');

  /** What is known of the person. Another row of the same person, or of one who had this number before, goes. */
  const merge = (session: string, { lid, phone }: Pick<Address, 'lid' | 'phone'>): Row | undefined => {
    const first = byLid.get(session, lid);
    const second = byPhone.get(session, phone);
    if (second === undefined || first?.id === second.id) return first;
    const isAnother = second.lid !== null && lid !== null && second.lid !== lid;
    if (first === undefined) return isAnother ? { ...second, name: null, told_alone: 0 } : second;
    remove.run(second.id);
    if (isAnother) return first;
    return { ...first, name: first.name ?? second.name, told_alone: first.told_alone === 1 ? 1 : second.told_alone };
  };

  const save = (session: string, before: Row | undefined, after: Omit<Row, 'id'>): void => {
    const at = now().toISOString();
    const { lid, phone, name, told_alone } = after;
    if (before === undefined) insert.run(session, lid, phone, name, told_alone, at);
    else set.run(lid, phone, name, told_alone, at, before.id);
  };

  return {
    meet: (session, address, telling) =>
      write(() => {
        // A group, or a contact without a name at WhatsApp.
        if (address.lid === null && address.phone === null) return address;
        const known = merge(session, address);
        const lid = address.lid ?? known?.lid ?? null;
        const phone = address.phone ?? known?.phone ?? null;
        const name = address.name ?? known?.name ?? null;
        const isPair = lid !== null && phone !== null;
        const wasAlone = known?.told_alone === 1;
        const after = { lid, phone, name, told_alone: !isPair && (wasAlone || telling) ? 1 : 0 } as const;
        if (FIELDS.some((field) => known?.[field] !== after[field])) save(session, known, after);
        if (isPair && wasAlone) addEvent({ session, type: 'contact.mapped', data: { lid, phone, name } });
        return { id: address.id, lid, phone, name };
      }),
  };
}
