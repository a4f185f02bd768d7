import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A place in the operator's code or settings that names where sessions are kept. */
export interface NamedFolder {
  file: string;
  line: number;
  /** As it is written: `./sessions/cliente_${id}`. */
  written: string;
  /** What it may mean on this disk, absolute, `*` for what only the running program knows. Empty: it cannot be told. */
  patterns: string[];
}

/** The default folder of whatsapp-web.js. */
const DEFAULT = "'./.wwebjs_auth'";
const STRATEGY = /new\s+(?:\w+\.)?(?:Local|Remote)Auth\s*\(/g;
const SETTING =
  /^[\s'"]*(?:export\s+)?(\w*(?:SESSION|TOKEN|AUTH|WWEBJS)\w*_(?:PATH|DIR|FOLDER))['"]?\s*[:=]\s*(['"`]?)([^'"`\s,#]+)\2/gm;

/** Every folder for sessions that a file names. */
export function foldersNamedIn(file: string, text: string): NamedFolder[] {
  return isSettings(file) ? inSettings(file, text) : inCode(file, text);
}

function isSettings(file: string): boolean {
  return /^(\.env|ecosystem\.config)/.test(basename(file));
}

function inSettings(file: string, text: string): NamedFolder[] {
  return [...text.matchAll(SETTING)]
    .filter(([, name = '']) => !name.startsWith('LEADMASTER_'))
    .map((match) => {
      const written = match[3] ?? '';
      return { file, line: lineAt(text, match.index), written, patterns: [resolve(dirname(file), written)] };
    });
}

function inCode(file: string, text: string): NamedFolder[] {
  return [...text.matchAll(STRATEGY)].map((match) => {
    const options = insideBrackets(text, match.index + match[0].length);
    const written = propertyOf(options, 'dataPath') ?? DEFAULT;
    const at = text.indexOf('dataPath', match.index);
    const line = lineAt(text, at >= 0 && at < match.index + match[0].length + options.length ? at : match.index);
    return { file, line, written: unquoted(written), patterns: meanings(written, file, text) };
  });
}

/** The text up to the bracket that closes the one before `from`; reading stops where it is no longer code. */
function insideBrackets(text: string, from: number): string {
  let depth = 1;
  for (let i = from; i < Math.min(text.length, from + 2000); i += 1) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')') depth -= 1;
    if (depth === 0) return text.slice(from, i);
  }
  return text.slice(from, from + 2000);
}

/** The expression of a property, as written, up to the comma or bracket that ends it. */
function propertyOf(options: string, property: string): string | null {
  const start = new RegExp(`\\b${property}\\s*:\\s*`).exec(options);
  if (start === null) return null;
  let depth = 0;
  let quote = '';
  const from = start.index + start[0].length;
  for (let i = from; i < options.length; i += 1) {
    const char = options[i] ?? '';
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (/['"`]/.test(char)) quote = char;
    else if (/[([{]/.test(char)) depth += 1;
    else if (/[)\]}]/.test(char) && depth > 0) depth -= 1;
    else if (/[,}\n]/.test(char) && depth === 0)
      return options
        .slice(from, i)
        .replace(/\/\/.*$/, '')
        .trim();
  }
  return options.slice(from).trim();
}

/** The folders an expression may mean: relative ones start where the program was started, mostly its own top folder. */
function meanings(expression: string, file: string, text: string): string[] {
  const path = pathOf(expression, file, text, 2);
  if (path === null) return [];
  return [...new Set([packageOf(file), dirname(file)].map((base) => resolve(base, path)))];
}

/** What a string, a template, `path.join(...)`, `a || b` or a constant of the same file comes to; null for anything else. */
function pathOf(expression: string, file: string, text: string, hops: number): string | null {
  const alternatives = expression.split(/\s*(?:\|\||\?\?)\s*/);
  const plain = (alternatives.at(-1) ?? '').trim();
  const literal = /^(['"`])(.*)\1$/s.exec(plain)?.[2];
  if (literal !== undefined) return literal.replaceAll(/\$\{[^}]*\}/g, '*');
  if (/^(__dirname|import\.meta\.dirname)$/.test(plain)) return dirname(file);
  if (plain === 'process.cwd()') return packageOf(file);
  const call = /^(?:path\.)?(join|resolve)\s*\((.*)\)$/s.exec(plain);
  if (call !== null) {
    const parts = (call[2] ?? '').split(',').map((part) => pathOf(part.trim(), file, text, hops));
    return parts.every((part) => part !== null) ? join(...parts) : null;
  }
  if (hops === 0 || !/^\w+$/.test(plain)) return null;
  const constant = new RegExp(`\\b(?:const|let|var)\\s+${plain}\\s*=\\s*([^;\\n]+)`).exec(text)?.[1];
  return constant === undefined ? null : pathOf(constant.trim(), file, text, hops - 1);
}

/** The nearest folder above a file that has a package.json; its own where there is none. */
function packageOf(file: string): string {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
  }
  return dirname(file);
}

function unquoted(expression: string): string {
  return /^(['"`])(.*)\1$/s.exec(expression)?.[2] ?? expression;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
