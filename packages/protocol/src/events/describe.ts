import { z } from 'zod';
import { COMMANDS } from '../commands.ts';
import { EVENTS } from './index.ts';
import type { EventStatement } from './statement.ts';

interface Field {
  description?: string;
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  anyOf?: Field[];
  items?: Field;
  $ref?: string;
}

interface Shape {
  properties?: Record<string, Field>;
  required?: string[];
  oneOf?: Shape[];
  $defs?: Definitions;
}

/** Schemas that have a name, which a server gives to those of its OpenAPI. */
type Definitions = Readonly<Record<string, Field>>;

const INTRODUCTION = `# Events

Printed from \`packages/protocol/src/events/\`; a test keeps it fresh.

Each line of a log is \`{id, session, type, at, data}\`. \`id\` only grows. \`session\` is empty where no one session is meant.
\`GET /v1/events\` and \`GET /v1/sessions/{s}/events\` answer a page as JSON, or a stream. A line is on the disk before it is told, and
is kept for \`EVENT_RETENTION_DAYS\`, at most \`EVENT_RETENTION_COUNT\` of them.

A log has an identity, \`logId\`, made with its database. A *cursor* is the number of the last event that is known, alone (\`42\`) or with
its log (\`42@9c1f04ab27d35e60\`): pass it as \`after\`, or as \`Last-Event-ID\` as \`EventSource\` does by itself. With its log, a cursor of another
log is refused with 409 \`cursor_of_another_log\`, and one beyond the end of this log with 409 \`cursor_unknown\`; begin again without one then.

Events go from the oldest on. To a cursor behind the oldest that is kept, page and stream first tell \`events.gap\`: the ids that are missing, in place of them.
A page that is asked for without a cursor begins with the oldest that is kept. A program that must miss nothing registers as a hub (\`PUT /v1/hubs/{id}\`) and confirms what it has stored: what it has not
confirmed is kept longer, up to \`EVENTS_KEEP_MB\`. It is forgotten after 7 days without a call, with \`hub.forgotten\`.

A stream has comments, which are in no log: a sign of life every 15 seconds, and of a hub, for its operator, \`: machines\` each time that a
machine stops answering or answers again. Who shows sessions asks for them again then: \`silentSince\` says whose machine is silent.

A reader passes over types and fields that it does not know: a newer LeadMaster may tell more. Fields marked *operator* are left
out of what a hub tells a tenant.
`;

/** \`docs/events.md\`, from the table of events itself. */
export function describeEvents(): string {
  return [INTRODUCTION, ...Object.entries<EventStatement>(EVENTS).map(section), actions()].join('\n');
}

/** What an Action may be, and the command that each is. */
function actions(): string {
  const rows = Object.entries(COMMANDS).map(([kind, command]) => `| \`${kind}\` | \`${command}\` |`);
  const words =
    'What a hint proposes, as data: here, in errors, in answers about sessions and in the findings of the doctor. Beside `kind` stand the ' +
    'fields that its command names; one that the operator must choose is absent.';
  return [`## Actions\n`, `${words}\n`, '| kind | command |', '|---|---|', ...rows].join('\n').concat('\n');
}

const ABOUT: Readonly<Record<EventStatement['about'], string>> = {
  session: 'of a session',
  installation: 'of the machine',
  either: 'of a session, or of the machine',
};

function section([type, { doc, about, scope, audience, since, operatorFields = [], data }]: [string, EventStatement]) {
  const facts = `Of: ${ABOUT[about].slice(3)}. Scope: \`${scope}\`. For: ${audience}. Since: ${since}.`;
  const shape = z.toJSONSchema(data, { io: 'output', unrepresentable: 'any' }) as Shape;
  const tables = (shape.oneOf ?? [shape]).map((one) => table(one, operatorFields, shape.$defs ?? {}));
  return [`## \`${type}\`\n`, `${doc} ${facts}\n`, ...tables].join('\n');
}

function table(
  { properties = {}, required = [] }: Shape,
  operatorFields: readonly string[],
  named: Definitions,
): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    const marks = [
      ...(required.includes(name) ? [] : ['optional']),
      ...(operatorFields.includes(name) ? ['operator'] : []),
    ];
    const marked = marks.length === 0 ? '' : ` *${marks.join(', ')}*`;
    return `| \`${name}\`${marked} | ${kindOf(field, named)} | ${field.description} |`;
  });
  return rows.length === 0
    ? 'Its `data` is empty.\n'
    : `${['| field | is | means |', '|---|---|---|', ...rows].join('\n')}\n`;
}

/** What a field holds, in a few words. An Action has a section of its own; anything else that has a name is told as it is. */
function kindOf(field: Field, named: Definitions): string {
  const kindOfEach = (each: Field): string => kindOf(each, named);
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' ');
  if (field.anyOf !== undefined) return field.anyOf.map(kindOfEach).join(' or ');
  if (field.$ref !== undefined) return kindOfReference(field.$ref.split('/').at(-1) ?? '', named);
  if (field.items !== undefined) return `list of ${kindOfEach(field.items)}`;
  return [field.type ?? 'any'].flat().join(' or ');
}

function kindOfReference(name: string, named: Definitions): string {
  const field = named[name];
  return name === 'Action' || field === undefined ? name : kindOf(field, named);
}
