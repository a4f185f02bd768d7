import Database from 'better-sqlite3';

/**
 * Looks into the manager's database at the moment WhatsApp's server gets a message: its id must be there. The look is
 * synchronous, so that nothing can be written between the arrival and the look.
 */
export class Trace {
  readonly #db: Database.Database;
  readonly #find: Database.Statement<[string], { state: string }>;
  readonly faults: string[] = [];
  looks = 0;

  constructor(file: string) {
    this.#db = new Database(file, { readonly: true, fileMustExist: true });
    this.#find = this.#db.prepare(`SELECT state FROM messages WHERE whatsapp_id LIKE '%' || ? || '%'`);
  }

  /** `id` is the part that the sender chose (`3EB0...`). */
  look(id: string, body: string): void {
    this.looks += 1;
    if (this.#find.get(id) === undefined) this.faults.push(`"${body}" (${id}) was sent before its id was on the disk`);
  }

  close(): void {
    this.#db.close();
  }
}
