import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

import { ashlarError } from '@ashlar/core';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Logger } from 'pino';

import { newId } from '../gateway/random.ts';
import { acrProtocol } from '../protocol/acr/index.ts';
import { apiProtocol, type ExternalUrls } from '../protocol/api/index.ts';
import { homePage } from '../protocol/home/index.ts';
import { ociProtocol, tokenEndpoint } from '../protocol/oci/index.ts';
import { terraformProtocol } from '../protocol/terraform/index.ts';
import type { Registry } from '../registry.ts';
import { knownError } from './error.ts';
import { healthRoutes } from './health.ts';
import { loggedUrl } from './log.ts';
import { type Metrics, metricsRoute, protocolOf } from './metrics.ts';
import './request.ts';

export interface AppOptions {
  readonly registry: Registry;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The address under which clients reach this listener; known for sure once it listens. */
  readonly externalUrl: () => string;
  readonly externalUrls: ExternalUrls;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly isDraining: () => boolean;
}

/** Bodies of the JSON API; uploads have limits of their own. */
const maxJsonBody = 1024 * 1024;
const maxUrl = 8 * 1024;

/** One listener with all protocols. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { registry, log, metrics, externalUrl, externalUrls, tls, isDraining } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    genReqId: () => newId(registry.clock.now()),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxJsonBody,
    exposeHeadRoutes: true,
    // A request that arrives while the server drains is still answered: Terraform does not retry.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: maxUrl, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) =>
      sendError(error, request as FastifyRequest, reply as unknown as FastifyReply),
    serverFactory: (handler) => createServer(handler, tls),
  });
  app.decorate('externalUrl', { getter: externalUrl });
  logRequests(app, metrics);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    sendError(ashlarError('ASH-ROUTE-UNKNOWN', { path: loggedUrl(request.url).slice(0, 200) }), request, reply);
  });
  healthRoutes(app, registry, isDraining);
  metricsRoute(app, metrics);
  await app.register(terraformProtocol, { registry });
  await app.register(acrProtocol, { registry });
  await app.register(tokenEndpoint, { registry });
  await app.register(ociProtocol, { registry });
  await app.register(apiProtocol, { registry, externalUrls });
  await app.register(homePage, { registry, externalUrls });
  return app;
}

/** For paths that belong to no protocol. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message, status } = knownError(error, request);
  void reply.code(status).send({ code, message, requestId: request.id });
}

function createServer(handler: RequestListener, tls: AppOptions['tls']): Server {
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 30_000, keepAliveTimeout: 72_000 };
  // A large upload over a slow line may take hours; a stalled one is ended by the timeout of its socket.
  const server: Server = tls
    ? (createHttpsServer({ ...limits, requestTimeout: 0, ...tls }, handler) as unknown as Server)
    : createHttpServer({ ...limits, requestTimeout: 0 }, handler);
  server.setTimeout(120_000);
  // A client that asks first learns about a refusal before it sends its body.
  server.on('checkContinue', (request, response) => {
    request.sendContinue = () => response.writeContinue();
    handler(request, response);
  });
  return server;
}

function logRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', async (request, reply) => {
    metrics.inFlight.inc();
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.inFlight.dec();
    const { method, raw } = request;
    const url = raw.url ?? '';
    metrics.observe(protocolOf(url), method, reply.statusCode, reply.elapsedTime / 1000);
    request.log.info(
      {
        method,
        url: loggedUrl(url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        caller: request.caller?.subject,
        error: reply.getHeader('ashlar-error'),
        agent: request.headers['user-agent'],
        remote: request.ip,
      },
      'request',
    );
  });
}
