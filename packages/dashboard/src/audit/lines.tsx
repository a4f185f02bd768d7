import { type AuditLine, visible, wordOf } from '@leadmaster/protocol';
import { exactTime } from '../model/format.ts';
import { pathOf, pathWith } from '../model/router.ts';
import { Link } from '../ui/link.tsx';
import { words } from '../words/index.ts';
import type { Filters } from './filters.tsx';

interface LinesProps {
  items: readonly AuditLine[];
  keyNames: ReadonlyMap<string, string>;
  filters: Filters;
}

/** The lines of one page as a table; on a narrow screen each is a block. */
export function AuditLines({ items, keyNames, filters }: LinesProps) {
  const { head } = words.value.audit;
  const narrow = (part: Partial<Filters>): string => pathWith('/audit', { ...filters, ...part });
  return (
    <table class="lines">
      <thead>
        <tr>
          {Object.values(head).map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((line) => (
          <tr key={line.id}>
            <td title={words.value.audit.line(line.id)}>
              <time dateTime={line.at}>{exactTime(line.at)}</time>
            </td>
            <td>
              <Link to={narrow({ actor: line.actor })}>{actorOf(line.actor, keyNames)}</Link>
            </td>
            <td>
              <Link to={narrow({ action: line.action })}>{actOf(line.action)}</Link>
            </td>
            <td>
              <About line={line} />
            </td>
            <td>
              <Result result={line.result} />
            </td>
            <td class="faint">{line.from ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who it was, in words; a key by its name, while there is one. */
function actorOf(actor: string, keyNames: ReadonlyMap<string, string>): string {
  const { audit } = words.value;
  const known = wordOf(audit.actors, actor);
  if (known !== null) return known;
  const [kind = '', id = ''] = actor.split(':');
  if (kind === 'key') return `${audit.key} ${visible(keyNames.get(id) ?? id)}`;
  return kind === 'link' ? `${audit.link} ${id}` : actor;
}

function actOf(action: string): string {
  return wordOf(words.value.audit.acts, action) ?? action;
}

/** What it is about, each part with its kind, and a session as the way to it; then what was asked for. */
function About({ line: { target, detail } }: { line: AuditLine }) {
  const { kinds } = words.value.audit;
  const told = Object.entries(detail).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
  return (
    <>
      {target
        .split(' ')
        .filter(isNamed)
        .map((part) => {
          const at = part.indexOf(':');
          const [kind, name] = [part.slice(0, at), part.slice(at + 1)];
          return (
            <span key={part} class="about">
              <span class="faint">{wordOf(kinds, kind) ?? kind}</span>{' '}
              {kind === 'session' ? <Link to={pathOf(name)}>{name}</Link> : name}
            </span>
          );
        })}
      {told.length === 0 ? null : <code class="faint">{visible(told.join(' '))}</code>}
    </>
  );
}

function isNamed(part: string): boolean {
  return part !== '';
}

const GOOD = ['ok', 'accepted'];
const OPEN = ['begun', 'caller_left'];

function Result({ result }: { result: string }) {
  const { audit, told } = words.value;
  const why = wordOf(told?.errors, result);
  const tone = GOOD.includes(result) ? 'good' : OPEN.includes(result) ? 'wait' : 'bad';
  return (
    <>
      <span class={`state ${tone}`}>{wordOf(audit.results, result) ?? result}</span>
      {why === null ? null : <p class="faint small">{why}</p>}
    </>
  );
}
