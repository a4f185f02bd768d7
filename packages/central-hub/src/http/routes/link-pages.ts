import { HUB_ROUTES, tenantOf } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Claimed, Visit } from '../../onboarding/onboarding.ts';
import { ASSETS, type Asset, FILES } from '../../onboarding/page/assets.ts';
import { livePage } from '../../onboarding/page/live-page.ts';
import { landingPage, noticePage, type Told } from '../../onboarding/page/pages.ts';
import { phoneOf } from '../../onboarding/page/reader.ts';
import type { OnboardingRecord } from '../../store/records.ts';
import type { RouteContext } from '../hub-app.ts';
import { claimCookie, secretsOf } from '../link-cookie.ts';
import { tellAsPage } from '../page-failure.ts';
import { chosenLanguage, readingOf } from '../page-reading.ts';
import { requireSameOrigin } from '../same-origin.ts';
import { sendLittle } from '../send-little.ts';
import { Visitors } from '../visitors.ts';

/** No code and no style stands in a page: both come from the hub as files. The picture of a QR is a data URL. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

type OnLink = FastifyRequest<{ Params: { token: string } }>;

/** `/link/{token}`: the page for the owner of the phone, who has no key, and what it asks for. */
export function linkPageRoutes(app: HttpApp, context: RouteContext): void {
  const visitors = new Visitors(context.callers);

  void app.register(async (all) => {
    all.addHook('onSend', sendLittle);
    stateRoutes(all, context, visitors);
    // In a scope of its own: forms are read here alone, and refusals are pages.
    void all.register(async (scope) => {
      scope.setErrorHandler(tellAsPage);
      scope.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'buffer', bodyLimit: 1_024 },
        (_request, _body, done) => done(null, undefined),
      );
      const options = { config: { open: true }, schema: { hide: true } };
      scope.get('/link/:token', options, (request, reply) => showLink(context, visitors, request as OnLink, reply));
      scope.post('/link/:token', options, (request, reply) => claimLink(context, visitors, request as OnLink, reply));
      for (const [name, file] of Object.entries(FILES)) {
        scope.get(`${ASSETS}/${name}`, options, (request, reply) => sendAsset(request, reply, file));
      }
    });
  });
}

/** What the script of a page asks for. */
function stateRoutes(app: HttpApp, context: RouteContext, visitors: Visitors): void {
  const { onboarding } = context;
  serve(app, HUB_ROUTES.getLinkState, (plain) => {
    const request = plain as OnLink;
    const visit = { ...visitOf(request), secrets: secretsOf(request) };
    return visitors.let(request, async () => {
      return onboarding.state(visit, await heldLink(context, request, visit));
    });
  });
  serve(app, HUB_ROUTES.requestLinkCode, (request) => {
    const visit = { ...visitOf(request as OnLink), secrets: secretsOf(request as OnLink) };
    requireSameOrigin(request as OnLink, context.url);
    return visitors.let(request as OnLink, async () => {
      const link = await heldLink(context, request as OnLink, visit);
      return onboarding.code(visit, link, request.body.phone);
    });
  });
}

/** The link of a request whose browser has it, which the audit is told. */
async function heldLink(
  { onboarding, trail }: RouteContext,
  request: OnLink,
  visit: Claimed,
): Promise<OnboardingRecord> {
  const link = await onboarding.held(visit);
  const { id, session } = link;
  trail.note(request, {
    ...{ actor: `link:${id}`, target: `session:${session} link:${id}` },
    ...{ session, tenant: tenantOf(session) },
  });
  return link;
}

/** Changes nothing: previews of messengers open links first. */
async function showLink(
  context: RouteContext,
  visitors: Visitors,
  request: OnLink,
  reply: FastifyReply,
): Promise<string> {
  const { onboarding } = context;
  const visit = visitOf(request);
  reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
  const held = await visitors.let(request, () => onboarding.heldBy({ ...visit, secrets: secretsOf(request) }));
  const link = held ?? (await onboarding.visit(visit));
  const told = await toldOf(context, request, link);
  if (link.state !== 'waiting') {
    reply.code(410);
    return noticePage(told.reading, link.state);
  }
  return held === null ? landingPage(told) : livePage(told, phoneOf(request.headers['user-agent']));
}

async function claimLink(
  context: RouteContext,
  visitors: Visitors,
  request: OnLink,
  reply: FastifyReply,
): Promise<FastifyReply> {
  requireSameOrigin(request, context.url);
  const visit = visitOf(request);
  const { link, secret } = await visitors.let(request, () => context.onboarding.claim(visit));
  reply.header('set-cookie', claimCookie({ ...visit, secret, expiresAt: link.expiresAt, url: context.url }));
  const language = chosenLanguage(request);
  const chosen = language === null ? '' : `?language=${language}`;
  return reply.redirect(`${pathOf(visit)}${chosen}`, 303);
}

async function toldOf({ store, name }: RouteContext, request: OnLink, link: OnboardingRecord): Promise<Told> {
  const tenant = tenantOf(link.session);
  const record = tenant === null ? null : await store.tenants.get(tenant);
  return {
    reading: readingOf(request, pathOf(visitOf(request)), link.language),
    who: record === null ? name : record.title === '' ? record.name : record.title,
    expiresAt: link.expiresAt,
  };
}

/** A page asks for a file by its version, and then never again. */
function sendAsset({ query }: FastifyRequest, reply: FastifyReply, { type, text, version }: Asset): FastifyReply {
  const { v } = query as { v?: unknown };
  // Another hub may still be of another version: its file is not to be kept as this one.
  if (v === version) reply.header('cache-control', 'public, max-age=31536000, immutable');
  return reply.type(type).send(text);
}

function visitOf({ params: { token }, ip }: OnLink): Visit {
  return { token, from: ip };
}

/** Of a link that was found: its token has letters and digits alone. */
function pathOf({ token }: Visit): string {
  return `/link/${encodeURIComponent(token)}`;
}
