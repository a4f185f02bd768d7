/** `/tenants` */
export const tenants = {
  add: 'Add a tenant',
  none: 'There is no tenant yet',
  noneText:
    'A tenant is a client of yours, with sessions and keys of its own. Its keys see nothing of others. Sessions of your own need none.',
  keys: 'Keys',
  of: (count: number, limit: number) => `${count} of ${limit}`,
  since: 'Since',
  makeKey: 'Make a key',
  waiting: (name: string, count: number) =>
    `${count === 1 ? 'A session waits' : `${count} sessions wait`} for a tenant ${name} that does not exist.`,
  addIt: (name: string) => `Add ${name}`,
  changeTitle: (name: string) => `Change ${name}`,
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText:
    'The tenant and all its keys end at once, with the streams and sign-ins that they have open. It must have no session left; what the audit tells of it stays.',
  form: {
    title: 'Add a tenant',
    name: 'Name',
    nameRule: 'Lower-case letters, digits and -. Its sessions are called NAME.SESSION: acme.ventas',
    label: 'Title',
    labelRule: 'What it is called among people',
    sessions: 'Sessions at most',
    keys: 'Keys at most',
    limitRule: 'Empty: as many as it wants',
    accept: 'What machines hold under this name, or may hold, belongs to this tenant',
    submit: 'Add it',
    submitting: 'Adding it',
  },
};
