import { auditOf } from './audited.ts';
import { HUB_ROUTES, NOT_ON_HUB, ROUTES } from './index.ts';
import { type Route, TAGS } from './route.ts';

const INTRODUCTION = `# Routes

Printed from \`packages/protocol/src/routes/\`; a test keeps it fresh. What each reads and answers is at \`/docs\` and in \`/openapi.json\`, with scope and audience as
\`x-scope\` and \`x-audience\`.

*Scope* is what a key must be good for; a session manager's own key is good for all. *For* is who may call the route through a hub: the operator alone, or also a tenant, for
its own sessions; a hub does not have what is for *managers alone*. A tenant may not give the fields in *operator*: they confirm what only the operator knows.

On a hub every route that is no GET leaves a line in the audit, under its operation id, and these do because they show a login: AUDITED.
`;

/** `docs/routes.md`, from the contract itself. */
export function describeRoutes(): string {
  const byTag = Map.groupBy(Object.values<Route>({ ...ROUTES, ...HUB_ROUTES }), ({ tag }) => tag);
  const shows = Object.values<Route>(HUB_ROUTES).filter((route) => route.method === 'GET' && auditOf(route) !== null);
  const audited = shows.map(({ path }) => `\`GET ${path}\``).join(', ');
  return [INTRODUCTION.replace('AUDITED', audited), ...[...byTag].map(([tag, those]) => section(tag, those))].join(
    '\n',
  );
}

function section(tag: keyof typeof TAGS, those: readonly Route[]): string {
  const head = ['| route | does | scope | for | operator |', '|---|---|---|---|---|'];
  return [`## ${tag}\n`, `${TAGS[tag]}.\n`, ...head, ...those.map(row)].join('\n').concat('\n');
}

function row({ id, method, path, summary, scope, audience, open, operatorInput = [] }: Route): string {
  const asked = open === true ? 'none' : `\`${scope}\``;
  const fields = operatorInput.map((field) => `\`${field}\``).join(' ');
  return `| \`${method} ${path}\` | ${summary} | ${asked} | ${id in NOT_ON_HUB ? 'managers alone' : audience} | ${fields} |`;
}
