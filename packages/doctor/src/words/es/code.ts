import type { code as english } from '../en/code.ts';
import type { SameFindings } from '../types.ts';

/** Code and settings of other programs that name folders for sessions. */
export const code: SameFindings<typeof english> = {
  code_missing: {
    what: 'no hay código que revisar en {path}: {why}',
    fix: 'Indique con --code la carpeta donde está su código.',
  },
  code_folder_missing: {
    what: '{where} guarda sesiones en {written}, y esa carpeta no existe; en el disco están en {onDisk}',
    fix: 'Cambie ese lugar en el código, o deje que solo LeadMaster ejecute las sesiones y quítelo: dónde están lo dice ./leadmaster where NOMBRE.',
  },
  code_folder_empty: {
    what: '{where} guarda sesiones en {written} ({folder}), y no hay ninguna',
    fix: 'Si ese programa solo consulta al gestor de sesiones, quite ese lugar de su código; no se pierde nada.',
  },
  code_folder_shared: {
    what: '{where} abre sesiones en {written}, y son las de LeadMaster: {profiles}',
    fix: 'Un login no debe correr dos veces: que ese programa consulte al gestor de sesiones.',
  },
  code_folder_elsewhere: {
    what: '{where} guarda sesiones en {written}, y LeadMaster no sabe nada de ellas: {profiles}',
    fix: 'Tómelas cuando ese programa esté detenido: ./leadmaster adopt CARPETA --name NOMBRE --move.',
  },
  code_folder_unreadable: {
    what: '{where} guarda sesiones en {written}, y lo que hay ahí no se puede leer: {why}',
    fix: 'Pregunte de nuevo como root, o como el usuario de ese programa: no se sabe qué contiene.',
  },
  code_unreadable: {
    what: '{path} no se puede leer: {why}; no se sabe si nombra carpetas para sesiones',
    fix: 'Pregunte de nuevo como un usuario que pueda leerlo, o indique una carpeta sin eso: doctor --code CARPETA.',
  },
  code_cut_short: {
    what: 'debajo de {path} hay demasiado para revisarlo todo',
    fix: 'Indique una carpeta más chica: doctor --code CARPETA.',
  },
};
