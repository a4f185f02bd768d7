import { ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** What the page of a READY session knows: `/v1/sessions/{s}/chats`, `/contacts`, `/numbers`. */
export function chatRoutes(app: HttpApp, { sessions: { chats }, closing }: RouteContext): void {
  serve(app, ROUTES.listChats, ({ params, query }, reply) =>
    chats.chats(params.session, query, callerSignal(reply, closing)),
  );
  serve(app, ROUTES.listChatMessages, ({ params, query }, reply) =>
    chats.messages(params.session, params.chat, query, callerSignal(reply, closing)),
  );
  serve(app, ROUTES.listContacts, ({ params, query }, reply) =>
    chats.contacts(params.session, query, callerSignal(reply, closing)),
  );
  serve(app, ROUTES.checkNumber, ({ params }, reply) =>
    chats.number(params.session, params.phone, callerSignal(reply, closing)),
  );
}
