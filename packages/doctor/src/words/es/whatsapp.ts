import type { whatsapp as english } from '../en/whatsapp.ts';
import type { SameFindings } from '../types.ts';

/** WhatsApp Web: whether it is reached, its builds and features, and the browser for it. */
export const whatsapp: SameFindings<typeof english> = {
  feature_broken: {
    what: '{session} no puede usar {feature} en la versión {build} de WhatsApp Web: {detail}',
    fix: 'Se prueba de nuevo cada minuto. ./leadmaster capabilities {session} lo muestra todo; --override {feature} lo usa de todos modos.',
  },
  text_broken: {
    what: '{session} no envía nada en la versión {build} de WhatsApp Web, porque {feature} está roto: {detail}',
    fix: 'Se prueba de nuevo cada minuto. ./leadmaster capabilities {session} lo muestra todo. Actualice LeadMaster, o fije con WEB_VERSION una versión que funcione.',
  },
  build_ends: {
    what: 'la versión {build} de WhatsApp Web, a la que están atadas sesiones de aquí, deja de funcionar alrededor del {until}: WhatsApp retira sus archivos',
    fix: 'Elija antes una más nueva: ./leadmaster builds muestra las que están guardadas. Con WEB_VERSION=guarded se hace solo.',
  },
  build_escaped: {
    what: '{session} debía abrir la versión {wanted} de WhatsApp Web y usa la {running}',
    fix: 'La página dejó por sí sola la elegida. ./leadmaster session restart {session} vuelve a abrirla, si esa todavía puede abrir su perfil.',
  },
  build_damaged: {
    what: 'la página guardada de la versión {build} de WhatsApp Web, a la que están atadas sesiones de aquí, está dañada: {why}',
    fix: 'Ningún navegador la abre. Recupere el archivo de una copia, elija otra (./leadmaster builds), o ponga WEB_VERSION=live, que la guarda otra vez cuando WhatsApp la sirve.',
  },
  build_bad: {
    what: '{session} usa la versión {build} de WhatsApp Web, que aquí falló: {why}',
    fix: 'Con WEB_VERSION=guarded se vuelve a una buena cuando eso no pierde nada; ./leadmaster builds muestra las que hay.',
  },
  browser_missing: { what: 'no hay navegador para ejecutar sesiones: {detail}', fix: '{hint}' },
  browser_older: {
    what: 'Chromium {written} escribió el perfil de {session}, y está instalado {installed}: borraría el login',
    fix: 'Instale esa versión o una más nueva, o indíquela en CHROME_PATH.',
  },
  whatsapp_unreachable: {
    what: 'desde aquí no se llega a WhatsApp Web ({way}: {detail}): ninguna sesión puede conectarse',
    fix: 'Revise la red y su DNS, un cortafuegos en el camino, el reloj si se trata de TLS, y el proxy que indican CHROME_ARGS o el entorno. Las sesiones lo vuelven a intentar solas.',
  },
};
