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
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }, {}],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(register);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
