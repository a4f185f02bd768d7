/** What is looked at of a description; the rest passes through. */
interface Described {
  paths?: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, unknown> };
}

interface Body {
  required?: boolean;
  content?: Record<string, { schema?: { anyOf?: { type?: string }[] } }>;
}

/** Brings the generated description into the form that people write by hand. */
export function tidy<T extends object>(document: T): T {
  const described = document as Described;
  optionalBodies(described);
  withoutUnused(described);
  return plainNames(described) as T;
}

/** Where a body may be left out, the plugin says that it may be `null` and must be there. */
function optionalBodies(document: Described): void {
  for (const operation of Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods))) {
    const { requestBody } = operation as { requestBody?: Body };
    for (const media of Object.values(requestBody?.content ?? {})) {
      const choices = media.schema?.anyOf;
      const present = choices?.filter((choice) => choice.type !== 'null');
      if (requestBody === undefined || present?.length !== 1 || present.length === choices?.length) continue;
      requestBody.required = false;
      Object.assign(media, { schema: present[0] });
    }
  }
}

/** The plugin lists each schema as input and as output; what nothing refers to is noise. */
function withoutUnused(document: Described): void {
  const schemas = document.components?.schemas ?? {};
  for (let removed = true; removed; ) {
    const text = JSON.stringify(document);
    const unused = Object.keys(schemas).filter((id) => !text.includes(`"#/components/schemas/${id}"`));
    for (const id of unused) delete schemas[id];
    removed = unused.length > 0;
  }
}

/** `SendMessageInput` is called `SendMessage` where nothing else is. */
function plainNames(document: Described): Described {
  const schemas = document.components?.schemas ?? {};
  let text = JSON.stringify(document);
  for (const id of Object.keys(schemas).filter((name) => name.endsWith('Input'))) {
    const plain = id.slice(0, -'Input'.length);
    if (plain in schemas) continue;
    text = text
      .replaceAll(`"#/components/schemas/${id}"`, `"#/components/schemas/${plain}"`)
      .replace(`"${id}":{`, `"${plain}":{`);
  }
  return JSON.parse(text) as Described;
}
