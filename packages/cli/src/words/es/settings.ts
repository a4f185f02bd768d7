import type { EnvironmentWarning } from '@leadmaster/session-manager/config';

const FAULTS: Record<Extract<EnvironmentWarning, { kind: 'temp_dir' }>['fault'], string> = {
  too_long: 'su ruta es demasiado larga para el socket de un navegador',
  no_folder: 'no es una carpeta',
  missing: 'no está',
  not_writable: 'este usuario no puede escribir en ella',
};

/** A probable mistake in the settings. */
export function warning(one: EnvironmentWarning): string {
  switch (one.kind) {
    case 'open_secrets':
      return `${one.file} contiene ${one.names.join(' y ')} y otros usuarios pueden leerlo; ejecute: chmod 600 ${one.file}`;
    case 'repeated':
      return `${one.file}: ${one.name} aparece dos veces; vale la última`;
    case 'unknown':
      return `${one.file}: ${one.name} no es una opción de LeadMaster${one.meant === null ? '' : `; ¿quiso decir ${one.meant}?`}`;
    case 'temp_dir':
      return `TMPDIR=${one.folder} no se puede usar: ${FAULTS[one.fault]}. ${
        one.other === null
          ? 'Indique en TMPDIR una carpeta de ruta corta en la que este usuario pueda escribir.'
          : `En su lugar se usa ${one.other}.`
      }`;
  }
}
