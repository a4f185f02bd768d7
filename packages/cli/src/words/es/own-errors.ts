/** Errors of this program that carry a text in English. */
export const ownErrors: Readonly<Record<string, string>> = {
  settings: 'La configuración no es válida.',
  failed: 'Algo falló.',
};
