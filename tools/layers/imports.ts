import { type Program, parseSync, Visitor } from 'oxc-parser';

/** One module that a file names: imported, exported from, named by a type, loaded later, or run as a thread. */
export interface Import {
  /** As written; null where it is computed, so that no table can hold it. */
  specifier: string | null;
  line: number;
}

/**
 * Every module that a source file (TypeScript or JavaScript) names. `new URL('./x.ts', import.meta.url)` counts: threads are
 * started so.
 *
 * @throws Error when the file cannot be parsed: what it imports is then unknown.
 */
export function importsOf(path: string, text: string): Import[] {
  const { program, module, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const exported = module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest ?? []));
  const fixed = [...module.staticImports.map((one) => one.moduleRequest), ...exported];
  return [
    ...fixed.map(({ value, start }) => ({ specifier: value, line: lineAt(start) })),
    ...namedInside(program).map(({ specifier, start }) => ({ specifier, line: lineAt(start) })),
  ];
}

interface Named {
  specifier: string | null;
  start: number;
}

/** `import('x')` of values and of types, and relative URLs of source files. */
function namedInside(program: Program): Named[] {
  const found: Named[] = [];
  new Visitor({
    ImportExpression: ({ source, start }) => {
      found.push({ specifier: literal(source), start });
    },
    TSImportType: ({ source, start }) => {
      found.push({ specifier: source.value, start });
    },
    NewExpression: ({ callee, arguments: [url], start }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || url === undefined) return;
      const path = literal(url);
      if (path !== null && /^[\w./-]+\.[cm]?[jt]s$/.test(path)) found.push({ specifier: relative(path), start });
    },
  }).visit(program);
  return found;
}

function literal(node: { type: string; value?: unknown }): string | null {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}

/** A URL of a neighbour may go without the `./` that an import needs. */
function relative(path: string): string {
  return path.startsWith('.') ? path : `./${path}`;
}
