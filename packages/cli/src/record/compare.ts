import {
  RECORDED_DATABASES,
  RECORDED_MODULE_NAMES,
  RECORDED_MODULES,
  type RecordedModule,
  type RecordedPage,
  type Recording,
  type SessionState,
} from '@leadmaster/protocol';

/** One point in which a recording is not what the stand-in plays. */
export interface Difference {
  what: 'module' | 'export' | 'state' | 'message_key' | 'chat_id' | 'database';
  name: string;
  file: string;
  standin: string;
}

/** How a recorded page differs from the same page of the stand-in. Builds, counts and times are no differences. */
export function differencesOf(file: Recording, standin: Recording): Difference[] {
  return [
    ...RECORDED_MODULE_NAMES.flatMap((name) => moduleDifferences(name, file.page, standin.page)),
    ...stateDifferences(file, standin),
    ...keyDifferences(file.page, standin.page),
    ...databaseDifferences(file.page, standin.page),
  ];
}

function moduleDifferences(name: RecordedModule, file: RecordedPage, standin: RecordedPage): Difference[] {
  const [its, ours] = [file.modules[name], standin.modules[name]];
  if (its.state !== ours.state) return [{ what: 'module', name, file: its.state, standin: ours.state }];
  return RECORDED_MODULES[name].flatMap((path) => {
    const [here, there] = [its.exports[path], ours.exports[path]].map(shapeText) as [string, string];
    return unless(here === there, { what: 'export', name: `${name}.${path}`, file: here, standin: there });
  });
}

function shapeText(shape: { type: string; arity: number | null } | undefined): string {
  if (shape === undefined) return 'not recorded';
  return shape.arity === null ? shape.type : `${shape.type}/${shape.arity}`;
}

/** States on the way of a session that starts, is linked where it must be, and stays. */
const HEALTHY: readonly SessionState[] = [
  'INITIALIZING',
  'RECONNECTING',
  'QR_REQUIRED',
  'AUTHENTICATED',
  'READY',
  'STOPPING',
  'STOPPED',
];

function stateDifferences(file: Recording, standin: Recording): Difference[] {
  const page = (['socket', 'streamMode', 'streamInfo', 'hasSynced'] as const).flatMap((name) => {
    const [here, there] = [String(file.page[name]), String(standin.page[name])];
    return unless(here === there, { what: 'state', name, file: here, standin: there });
  });
  const odd = file.session.path.filter(({ state }) => !HEALTHY.includes(state));
  return [
    ...page,
    ...odd.map(
      ({ state, reason }): Difference => ({ what: 'state', name: state, file: reason, standin: 'never there' }),
    ),
  ];
}

function keyDifferences(file: RecordedPage, standin: RecordedPage): Difference[] {
  const [its, ours] = [file.messageKey, standin.messageKey];
  const fields = [its?.ownFields, ours?.ownFields];
  const [here, there] = fields.map((names) => names?.toSorted().join(' ') ?? null) as [string | null, string | null];
  return [
    ...fieldDifference('message_key', 'text', its?.textField, ours?.textField),
    // A page without a message has no key to look at.
    ...unless(here === null || there === null || here === there, {
      what: 'message_key',
      name: 'fields',
      file: String(here),
      standin: String(there),
    }),
    ...(file.counts.chats === 0 ? [] : fieldDifference('chat_id', 'text', file.widTextField, standin.widTextField)),
  ];
}

function fieldDifference(
  what: Difference['what'],
  name: string,
  here: string | null = null,
  there: string | null = null,
): Difference[] {
  return unless(here === there, { what, name, file: here ?? 'no field', standin: there ?? 'no field' });
}

function databaseDifferences(file: RecordedPage, standin: RecordedPage): Difference[] {
  return RECORDED_DATABASES.flatMap((name) => {
    const [here = null, there = null] = [file.databases[name], standin.databases[name]];
    const side = here === null || there === null ? '' : here > there ? ' (above)' : ' (below)';
    return unless(here === there, {
      what: 'database',
      name,
      file: `${here ?? 'absent'}${side}`,
      standin: String(there ?? 'absent'),
    });
  });
}

function unless(isSame: boolean, difference: Difference): Difference[] {
  return isSame ? [] : [difference];
}
