import type { refusals as enRefusals } from '../en/refusals.ts';

/** Commander 15: each refusal of a command line that it makes by itself, behind "error: ". */
export const refusals: typeof enRefusals = [
  [/missing required argument '(.*?)'/, "falta el argumento '<$1>'"],
  [/option '(.*?)' argument missing/, "falta el valor de la opción '$1'"],
  [/required option '(.*?)' not specified/, "falta la opción '$1', que es obligatoria"],
  [/option '(.*?)' cannot be used with option '(.*?)'/, "la opción '$1' no se puede usar junto con la opción '$2'"],
  [/unknown option '(.*?)'/, "no existe la opción '$1'"],
  [
    /too many arguments(?: for '(.*?)')?\. Expected (\d+) arguments? but got (\d+)(: .*)?\.\n/s,
    "sobran argumentos para '$1': se esperaban $2 y hay $3$4.\n",
  ],
  [/unknown command '(.*?)'/, "no existe el comando '$1'"],
  [/\(Did you mean one of (.*?)\?\)/, '(¿Quiso decir uno de estos: $1?)'],
  [/\(Did you mean (.*?)\?\)/, '(¿Quiso decir $1?)'],
  [
    /command-argument value '(.*)' is invalid for argument '(.*?)'\./s,
    "el valor '$1' no sirve para el argumento '<$2>'.",
  ],
  [/option '(.*?)' argument '(.*)' is invalid\./s, "el valor '$2' no sirve para la opción '$1'."],
  [/Allowed choices are (.*?)\.\n/, 'Se admite: $1.\n'],
];
