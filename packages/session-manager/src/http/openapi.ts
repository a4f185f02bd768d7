import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { TAGS } from '@leadmaster/protocol';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HttpApp } from './http-app.ts';
import { COMPONENTS } from './openapi-components.ts';
import { tidy } from './openapi-tidy.ts';

const registry = z.globalRegistry;

/** Gives the schemas their names, once per process: zod's registry is shared. */
function nameComponents(): void {
  for (const [id, { schema, example }] of Object.entries(COMPONENTS)) {
    const known = registry.get(schema);
    if (known?.id === undefined) registry.add(schema, { ...known, id, examples: [example] });
  }
}

/** Only what swagger-ui needs from this same server: it must work offline. Its styles are set inline. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Describes the routes at /openapi.json and makes them readable at /docs. Call before the first route. */
export async function describeApi(app: HttpApp, version: string): Promise<void> {
  nameComponents();
  const toObject = createJsonSchemaTransformObject({ schemaRegistry: registry });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'LeadMaster Session Manager',
        version,
        description:
          'Keeps WhatsApp Web sessions alive. Errors are `application/problem+json`; `code` is stable and `hint` says what to do.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The admin key or the service token' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry: registry }),
    transformObject: (document) => tidy(toObject(document)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'LeadMaster Session Manager' },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      persistAuthorization: false,
      tryItOutEnabled: false,
    },
  });
}
