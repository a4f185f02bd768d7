/** The part of JSON Schema that the service's description uses. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** One path with one method. */
export interface Operation {
  id: string;
  method: string;
  path: string;
  open: boolean;
  compat: boolean;
  parameters: { name: string; in: string; required: boolean; schema: Schema }[];
  body: { required: boolean; schema: Schema } | null;
  /** Takes a file. */
  upload: boolean;
  /** By status: what is said of it, and the schema of each media type. */
  responses: Record<string, { description: string; content: Record<string, Schema> }>;
}

interface RawOperation {
  operationId?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

/** Reads the operations out of an OpenAPI document, with every reference replaced by what it means. */
export function readDescription(document: unknown): Operation[] {
  const { paths, components } = document as {
    paths: Record<string, Record<string, RawOperation>>;
    components: { schemas: Record<string, unknown> };
  };
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value) return inline(components.schemas[String(value.$ref).split('/').at(-1) ?? '']);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inline(inner)]));
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const operation = inline(raw) as RawOperation;
      const schema = operation.requestBody?.content['application/json']?.schema;
      return {
        id: operation.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        open: operation.security?.length === 0,
        compat: operation.tags?.includes('compatibility') === true,
        parameters: (operation.parameters ?? []).map((p) => ({ ...p, required: p.required === true })),
        upload: operation.requestBody?.content['application/octet-stream'] !== undefined,
        body: schema === undefined ? null : { required: operation.requestBody?.required === true, schema },
        responses: Object.fromEntries(
          Object.entries(operation.responses).map(([status, { description, content }]) => [
            status,
            {
              description,
              content: Object.fromEntries(Object.entries(content ?? {}).map(([type, media]) => [type, media.schema])),
            },
          ]),
        ),
      };
    }),
  );
}
