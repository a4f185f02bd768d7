import type { DoctorWords } from '../types.ts';
import { code } from './code.ts';
import { installation } from './installation.ts';
import { sessions } from './sessions.ts';
import { vault } from './vault.ts';
import { whatsapp } from './whatsapp.ts';

export const es: DoctorWords = {
  severity: { ok: 'bien', note: 'nota', warning: 'advertencia', problem: 'problema' },
  fixed: 'corregido',
  notFixed: 'no corregido',
  found: {
    problem: { one: '1 problema', many: '{count} problemas' },
    warning: { one: '1 advertencia', many: '{count} advertencias' },
    note: { one: '1 nota', many: '{count} notas' },
  },
  problems: { what: 'Hay problemas.', fix: 'La solución está al lado de cada uno.' },
  ok: {
    data_folder: 'la carpeta de datos está en su lugar',
    place: 'la carpeta de datos está donde estaba, y ningún login espera por eso',
    database: 'la base de datos se puede leer',
    permissions: 'solo su dueño puede mirar adentro',
    owners: 'todo pertenece a un mismo usuario',
    user: 'no se ejecuta como root',
    browsers: 'ningún navegador usa un perfil salvo los que se iniciaron para él',
    locks: 'no queda ningún bloqueo de un proceso que ya no existe',
    profiles: 'cada sesión tiene su perfil, cada perfil su sesión, y cada login está entero',
    moved: 'nada de lo entregado sigue en su lugar',
    sessions: 'ninguna sesión falla ni espera que la escaneen',
    people: 'WhatsApp no pide nada a ninguna persona ni restringe ninguna cuenta',
    pages: 'nada estaba roto en las páginas de WhatsApp Web en su última prueba',
    builds: 'las sesiones usan las versiones de WhatsApp Web que deben usar',
    transfers: 'ninguna sesión quedó detenida en su camino hacia aquí o desde aquí',
    hubs: 'todo hub que lee aquí el registro de eventos está al día',
    code: 'ningún código ni ajuste nombra otra carpeta para sesiones',
    chromium: 'el navegador no es más viejo que ningún perfil',
    whatsapp: 'se llega a WhatsApp Web, por el mismo camino que los navegadores de las sesiones',
    vault: 'se llega a la bóveda, o se crea al iniciar por primera vez',
    vault_key:
      'la clave de la bóveda es privada y está guardada también en otro lado, o se crea al iniciar por primera vez',
    vault_disk: 'la bóveda no comparte disco con los perfiles',
    snapshots: 'cada login tiene una copia reciente',
    disk: 'hay lugar en el disco',
    foreign: 'en las carpetas de LeadMaster no hay nada que hayan puesto otros',
    git: 'ningún login ni clave puede llegar a un repositorio git',
  },
  findings: { ...installation, ...sessions, ...whatsapp, ...code, ...vault },
};
