import type { TLSSocket } from 'node:tls';

import { type AshlarError, ashlarError, limits } from '@ashlar/core';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
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
import { limitRequests } from './limits.ts';
import { loggedUrl } from './log.ts';
import { type Metrics, metricsRoute, protocolOf } from './metrics.ts';
import { shedLoad } from './overload.ts';
import { keepRouteTable } from './route-table.ts';
import { keepConnection } from './unread-body.ts';
import './request.ts';

export interface AppOptions {
  readonly registry: Registry;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The addresses under which clients reach the listeners; filled in when they listen. */
  readonly externalUrls: ExternalUrls;
  readonly isDraining: () => boolean;
  /** Addresses of proxies that may say where a client is. */
  readonly trustedProxies: readonly string[];
}

const maxUrl = limits.url.value;
/** Seconds. */
const retryAfter = 5;

/** All protocols, for every listener. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { registry, log, metrics, externalUrls, isDraining, trustedProxies } = options;
  // Without this type the application would be one of pino's loggers, and fit no plugin.
  const loggerInstance: FastifyBaseLogger = log;
  const app: FastifyInstance = fastify({
    loggerInstance,
    genReqId: () => newId(registry.clock.now()),
    rewriteUrl: ({ url }) => pathOf(url ?? '/'),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.jsonBody.value,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: maxUrl, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) =>
      sendError(error, request as FastifyRequest, reply as unknown as FastifyReply),
  });
  app.decorateRequest('externalUrl', {
    getter() {
      return externalUrls[(this.raw.socket as TLSSocket).encrypted ? 'https' : 'http'] ?? '';
    },
  });
  keepRouteTable(app);
  logRequests(app, log, metrics);
  limitUrls(app);
  app.addHook('onSend', (request, reply, _payload, done) => {
    keepConnection(request, reply);
    done();
  });
  sayWhenToRetry(app);
  shedLoad(app, metrics);
  limitRequests(app, registry.config, metrics);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => sendError(unknownRoute(request), request, reply));
  healthRoutes(app, registry, isDraining);
  metricsRoute(app, metrics);
  await app.register(terraformProtocol, { registry, isDraining });
  await app.register(acrProtocol, { registry });
  await app.register(tokenEndpoint, { registry });
  await app.register(ociProtocol, { registry });
  await app.register(apiProtocol, { registry, externalUrls });
  await app.register(homePage, { registry, externalUrls });
  await app.ready();
  return app;
}

/** Proxies may send the whole address (RFC 9112 §3.2.2). Its host is nothing that we use. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

/** Before anything reads it; by the protocol's own error handler where the path belongs to one. */
function limitUrls(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.url!.length > maxUrl) throw ashlarError('ASH-URL-LENGTH', { limit: maxUrl });
  });
}

function unknownRoute(request: FastifyRequest): AshlarError {
  return ashlarError('ASH-ROUTE-UNKNOWN', { path: loggedUrl(request.url).slice(0, 200) });
}

/** Clients that retry wait as long as they are told. */
function sayWhenToRetry(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    const isTemporary = reply.statusCode === 503 || reply.statusCode === 429;
    if (isTemporary && !reply.hasHeader('retry-after')) void reply.header('retry-after', retryAfter);
  });
}

/** For paths that belong to no protocol. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message, status } = knownError(error, request);
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="ashlar"');
  void reply
    .code(status)
    .header('x-request-id', request.id)
    .header('ashlar-error', code)
    .send({ code, message, requestId: request.id });
}

/** Counts and logs every request when its connection is done with it, also one that the client gave up. */
function logRequests(app: FastifyInstance, log: Logger, metrics: Metrics): void {
  // Such a line holds no header fields, and looking for secrets among them takes longer than all the rest of it.
  const requests = log.child({}, { redact: [] });
  app.addHook('onRequest', (request, reply, done) => {
    metrics.inFlight.inc();
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    reply.raw.once('close', () => {
      metrics.inFlight.dec();
      metrics.countBytes(protocolOf(request.raw.url ?? ''), request.raw.socket);
      recordRequest(request, reply, requests, metrics);
    });
    done();
  });
}

/** Of requests that were given up before their answer; nginx has that number for it. */
const clientLeft = 499;

function recordRequest(request: FastifyRequest, reply: FastifyReply, log: Logger, metrics: Metrics): void {
  const { method, headers } = request;
  const url = request.raw.url ?? '';
  const { headersSent, writableFinished } = reply.raw;
  const status = headersSent ? reply.raw.statusCode : clientLeft;
  metrics.observe(protocolOf(url), method, status, reply.elapsedTime / 1000);
  // It is counted; under overload a line for each would cost as much as an answer.
  if (reply.getHeader('ashlar-error') === 'ASH-OVERLOADED') return;
  log.info(
    {
      reqId: request.id,
      method,
      url: loggedUrl(url),
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      caller: request.caller?.subject,
      error: reply.getHeader('ashlar-error'),
      agent: headers['user-agent'],
      remote: request.ip,
      ...(writableFinished ? {} : { aborted: true }),
    },
    'request',
  );
}
