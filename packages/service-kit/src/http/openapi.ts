import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HttpApp } from './app.ts';
import { tidy } from './openapi-tidy.ts';

const registry = z.globalRegistry;

/** What a service says of itself. */
export interface ApiDescription {
  title: string;
  version: string;
  description: string;
  /** What the groups of routes are about, by their names. */
  tags: Readonly<Record<string, string>>;
  /** The schemas that have names, each with an example. */
  components: Readonly<Record<string, { schema: z.ZodType; example: unknown }>>;
  /** Whose keys open it. */
  keys: string;
}

/** Gives the schemas their names, once per process: zod's registry is shared. */
function nameComponents(components: ApiDescription['components']): void {
  for (const [id, { schema, example }] of Object.entries(components)) {
    const known = registry.get(schema);
    if (known?.id === undefined) registry.add(schema, { ...known, id, examples: [example] });
  }
}

/** Only what swagger-ui needs from this same server: it must work offline. Its styles are set inline. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Describes the routes at /openapi.json and makes them readable at /docs. Call before the first route. */
export async function describeApi(app: HttpApp, api: ApiDescription): Promise<void> {
  nameComponents(api.components);
  const toObject = createJsonSchemaTransformObject({ schemaRegistry: registry });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: api.title,
        version: api.version,
        description: api.description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: Object.entries(api.tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: api.keys },
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
    theme: { title: api.title },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      persistAuthorization: false,
      tryItOutEnabled: false,
    },
  });
}
