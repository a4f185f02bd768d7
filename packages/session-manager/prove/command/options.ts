import { parseArgs } from 'node:util';

type Default = string | number | boolean;
/** What an option may be, given what it is by default. */
type Given<Defaults> = {
  [Name in keyof Defaults]: Defaults[Name] extends number ? number : Defaults[Name] extends boolean ? boolean : string;
};

/** A seed that is another one each time; what it brought can be had again by giving it. */
export const freshSeed = (): number => Date.now() % 1_000_000;

/** The options of a proof by their defaults, and `--json`. What is a number by default must be given as one. */
export function readOptions<const Defaults extends Record<string, Default>>(
  defaults: Defaults,
  line: readonly string[] = process.argv.slice(2),
): Given<Defaults> & { json: boolean } {
  const options = Object.fromEntries(
    Object.entries({ ...defaults, json: false }).map(([name, value]) => [
      name,
      typeof value === 'boolean'
        ? ({ type: 'boolean', default: value } as const)
        : ({ type: 'string', default: String(value) } as const),
    ]),
  );
  const { values } = parseArgs({ args: [...line], options });
  const given = Object.entries(values).map(([name, value]) => [
    name,
    typeof defaults[name] === 'number' ? numberOf(name, String(value)) : value,
  ]);
  return Object.fromEntries(given) as Given<Defaults> & { json: boolean };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`--${name} is a number; it is ${text}`);
  return value;
}

/** Those of `names` that an option wants, by commas, in the order of `names`. A name that is none of them would prove less than was asked for. */
export function chosen<const Name extends string>(option: string, text: string, names: readonly Name[]): Name[] {
  const wanted = text.split(',');
  if (wanted.every((one) => names.some((name) => name === one))) return names.filter((name) => wanted.includes(name));
  throw new Error(`--${option} is some of ${names.join(',')}; it is ${text}`);
}

/** Says how far a proof has come, beside its result. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
