import fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

import { productVersion } from '../../server/product.ts';

/**
 * The OpenAPI 3.1 document of the routes that `register` adds. They are added to an application of its own, which
 * never listens: describing them costs time and memory that a server whose document nobody reads need not spend.
 */
export async function describeApi(register: (app: FastifyInstance) => Promise<void>): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = fastify();
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ashlar',
        version: productVersion,
        description:
          'A registry of verified infrastructure modules. Errors carry a stable code and a sentence that helps.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An Ashlar token' },
          password: { type: 'http', scheme: 'basic', description: 'An Ashlar token under any user name' },
        },
      },
      security: [{ token: [] }, { password: [] }, {}],
    },
    transform: withByteBody,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(register);
  await app.ready();
  const document = app.swagger() as unknown as ApiDocument;
  await app.close();
  return withSchemaNames(withAnswers(document));
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** A route that takes a stream of bytes has no schema for its body, only types. */
const withByteBody: typeof jsonSchemaTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route);
  if (schema?.consumes === undefined || schema.body !== undefined) return { schema, url };
  return { schema: { ...schema, body: { description: 'The bytes of the file' } }, url };
};

const answers: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Created',
  204: 'Done; there is nothing to say',
};

/** Names what the library calls "Default Response". */
function withAnswers(document: ApiDocument): ApiDocument {
  const describe = (operation: Operation): Operation => {
    const responses = mapValues(operation.responses, (response, status) =>
      response.description === 'Default Response'
        ? { ...response, description: answers[status] ?? status }
        : response,
    );
    return { ...operation, responses };
  };
  return { ...document, paths: mapValues(document.paths, (path) => mapValues(path, describe)) };
}

/**
 * The library gives each schema twice, as `Module` for what is answered and as `ModuleInput` for what is sent. Those
 * that are used stay, under their own names.
 */
function withSchemaNames({ paths, components, ...rest }: ApiDocument): object {
  const used = new Set<string>();
  const visit = (part: unknown) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(components.schemas[name!]);
    }
  };
  visit(paths);
  const nameOf = (name: string) => {
    const own = name.replace(/Input$/, '');
    return used.has(own) ? name : own;
  };
  const schemas = Array.from(used, (name) => [nameOf(name), components.schemas[name]] as const);
  const document = {
    ...rest,
    paths,
    components: {
      ...components,
      schemas: Object.fromEntries(schemas.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
  const text = JSON.stringify(document).replaceAll(
    /"#\/components\/schemas\/(\w+)"/g,
    (_, name: string) => `"#/components/schemas/${nameOf(name)}"`,
  );
  return JSON.parse(text) as object;
}

function mapValues<Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
