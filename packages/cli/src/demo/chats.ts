import type { Language } from '@leadmaster/doctor';
import type { PastLetter } from './phones.ts';

/** A simulated client of the operator, and what its customers have written with it. */
export interface DemoClient {
  /** Its session. */
  name: string;
  title: string;
  /** What the sessions of the demo know of their clients. */
  metadata: Readonly<Record<string, string>>;
}

export const CLIENTS: readonly DemoClient[] = [
  { name: 'tienda-norte', title: 'Tienda Norte', metadata: { client: 'Tienda Norte', plan: 'pro' } },
  { name: 'soporte', title: 'Soporte Andes', metadata: { client: 'Andes', plan: 'pro' } },
  { name: 'ventas', title: 'Ventas Sur', metadata: { client: 'Distribuidora Sur', plan: 'basic' } },
];

/** Customers that every client has. */
export const CUSTOMERS: readonly { number: string; name: string }[] = [
  { number: '5491150001001', name: 'Lucía Ferreyra' },
  { number: '5491150001002', name: 'Martín Quiroga' },
  { number: '5491150001003', name: 'Camila Ríos' },
  { number: '5491150001004', name: 'Diego Salas' },
];

/** A question and its answer, over and over: enough for chats with a past. */
const TALK: Readonly<Record<Language, readonly (readonly [string, string])[]>> = {
  en: [
    ['Hello! Is the order ready?', 'Hello! Yes, it leaves today.'],
    ['Do you deliver on Saturdays?', 'Until one in the afternoon.'],
    ['Can I pay by card?', 'Of course, here or at the door.'],
    ['It has arrived, thank you!', 'Thank you! We are here for what you need.'],
    ['Do you have it in blue?', 'Two are left. Shall I keep one for you?'],
    ['Please, yes.', 'Done. It waits here until Friday.'],
  ],
  es: [
    ['¡Hola! ¿Ya está el pedido?', '¡Hola! Sí, sale hoy.'],
    ['¿Hacen envíos los sábados?', 'Hasta la una de la tarde.'],
    ['¿Puedo pagar con tarjeta?', 'Claro, acá o al recibirlo.'],
    ['¡Llegó, gracias!', '¡Gracias! Acá estamos para lo que necesite.'],
    ['¿Lo tienen en azul?', 'Quedan dos. ¿Le guardo uno?'],
    ['Sí, por favor.', 'Listo. La espera hasta el viernes.'],
  ],
};

const DAY_MS = 86_400_000;
const DAYS = 12;

/** What a client and its customers wrote in the days before, oldest first. */
export function pastOf(language: Language, nowMs: number): PastLetter[] {
  const talk = TALK[language];
  return Array.from({ length: DAYS }, (_, i) => DAYS - i).flatMap((daysAgo) =>
    CUSTOMERS.flatMap(({ number }, nth) => {
      const [question = '', answer = ''] = talk[(daysAgo + nth) % talk.length] ?? [];
      const atMs = nowMs - daysAgo * DAY_MS + nth * 3_600_000;
      return [
        { with: number, text: question, atMs, isOwn: false },
        { with: number, text: answer, atMs: atMs + 180_000, isOwn: true },
      ];
    }),
  );
}

/** What a customer writes once a client is linked, and what the client answers. */
export function greeting(language: Language): readonly [string, string] {
  return TALK[language][0] ?? ['', ''];
}
