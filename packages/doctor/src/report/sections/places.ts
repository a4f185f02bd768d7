import { basename } from 'node:path';
import { sayCount } from '../../words/counts.ts';
import { fill } from '../../words/words.ts';
import type { ReportedSession, ReportFacts } from '../facts.ts';
import { block, code, size, table } from '../markdown.ts';
import { isUnreadable } from '../unreadable.ts';
import type { ReportWords } from '../words/types.ts';
import { sizeOf } from './size-of.ts';

/** A name in the tree, with its remark. */
interface Node {
  name: string;
  note: string;
  below: Node[];
}

/** The data folder as a tree, and what code thinks of it. */
export function places(facts: ReportFacts, w: ReportWords): string[] {
  const tree = block([`${facts.dataDir}/`, ...draw(nodesOf(facts, w), '')]);
  return [fill(w.placesText, { tokens: code(facts.tokens) }), '', ...tree, ...codeSays(facts, w)];
}

function nodesOf({ sessions, tokens, trash, webCache, settings, dataDir }: ReportFacts, w: ReportWords): Node[] {
  const leaf = (name: string, note: string): Node => ({ name, note, below: [] });
  const keyFile = settings.keyFile.startsWith(`${dataDir}/`) ? settings.keyFile.slice(dataDir.length + 1) : null;
  return [
    { name: `${basename(tokens)}/`, note: '', below: sessions.map((session) => nodeOf(session, w)) },
    isUnreadable(webCache)
      ? leaf('web-cache/', `${w.unreadable}: ${webCache.unreadable}`)
      : {
          name: 'web-cache/',
          note: `${size(webCache.bytes)}  ${w.treeWebCache}`,
          below: webCache.files.map((name) => leaf(name, '')),
        },
    isUnreadable(trash)
      ? leaf('trash/', `${w.unreadable}: ${trash.unreadable}`)
      : leaf('trash/', `${size(trash.bytes)}  ${sayCount(w.treeTrash, trash.count)}`),
    leaf('session-manager.db', w.treeDatabase),
    leaf(['admin.key', ...(keyFile === null ? [] : [keyFile])].join(', '), w.treeKeys),
  ];
}

function nodeOf({ name, state, contents }: ReportedSession, w: ReportWords): Node {
  if (contents === null || isUnreadable(contents)) {
    return { name: `${name}/`, note: `${sizeOf(contents, w)}  ${state}`, below: [] };
  }
  const below = contents.parts
    .filter(({ part }) => part !== 'other')
    .map(({ path, bytes, class: kind }) => ({ name: path, note: `${size(bytes)}  ${w.classes[kind]}`, below: [] }));
  return { name: `${name}/`, note: `${size(contents.bytes)}  ${state}`, below };
}

/** Where the notes begin, so that eyes can go down them. */
const COLUMN = 42;

function draw(nodes: readonly Node[], indent: string): string[] {
  return nodes.flatMap(({ name, note, below }, i) => {
    const isLast = i === nodes.length - 1;
    const line = `${indent}${isLast ? '└── ' : '├── '}${name}`;
    const lines = draw(below, `${indent}${isLast ? '    ' : '│   '}`);
    return [note === '' ? line : `${line.padEnd(COLUMN)} ${note}`, ...lines];
  });
}

function codeSays({ code: named }: ReportFacts, w: ReportWords): string[] {
  if (named.length === 0) return [];
  const rows = named.map(({ file, line, written, truth }) => [code(`${file}:${line}`), code(written), w.truth[truth]]);
  return ['', `### ${w.codeTitle}`, '', w.codeText, '', ...table([w.codeWhere, w.codeSays, w.codeTruth], rows)];
}
