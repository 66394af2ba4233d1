import { pino, type Logger } from 'pino';

import type { LogLevel } from '../config/index.ts';

/** Header fields that may hold credentials. */
const secretHeaders = ['authorization', 'cookie', 'set-cookie', 'proxy-authorization'];

/** JSON lines on standard output. What is a secret is replaced before it is written. */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { req: requestShown, res: responseShown, err: errorShown },
    redact: {
      paths: secretHeaders.flatMap((name) => [`req.headers["${name}"]`, `headers["${name}"]`, `*.${name}`]),
      censor: '[secret]',
    },
    hooks: { streamWrite: withoutSecrets },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What looks like a credential is cut out of every line, wherever it comes from: a path, the text of an error. */
function withoutSecrets(line: string): string {
  return (
    line
      .replaceAll(/\bash_\w{6,}/g, '[token]')
      // Also without a dot: a run of letters that had to be tried from each of its `eyJ` would cost its length squared.
      .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, '[ticket]')
      .replaceAll(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 [secret]')
      .replaceAll(/(:\/\/)[^\s/:@"]+:[^\s/@"]+@/g, '$1[secret]@')
  );
}

/** Query parameters whose values are logged; all others may be secrets. */
const shownParameters: ReadonlySet<string> = new Set(
  (
    'n last orderby digest digest-algorithm mount from artifactType tag checksum ref address namespace language class ' +
    'search q offset limit provider scope service stampTelemetry response_type client_id grant_type'
  ).split(' '),
);

/** Signed tickets stand in paths, codes and tokens in queries: they are cut out of what is logged and shown. */
export function loggedUrl(url: string): string {
  const [path = '', query] = url.split(/\?(.*)/s, 2);
  const shown = path
    .replace(/(\/blobs\/uploads\/)[^/]+/i, '$1[ticket]')
    .replace(/(%2Fuploads%2F|\/v1\/archives\/)[^/]+/i, '$1[ticket]');
  const whole = query === undefined ? shown : `${shown}?${query.split('&').map(shownParameter).join('&')}`;
  return withoutSecrets(whole);
}

function shownParameter(text: string): string {
  const name = text.split('=', 1)[0]!;
  return shownParameters.has(name) ? text : '[hidden]';
}

/** Fastify hands requests and replies to the logger when something goes wrong in it. */
function requestShown({ method, url }: { readonly method?: string; readonly url?: string }) {
  return { method, url: loggedUrl(url ?? '') };
}

function responseShown({ statusCode }: { readonly statusCode?: number }) {
  return { statusCode };
}

/** What an error says and where it comes from; whatever else hangs on it, such as a request, stays out. */
function errorShown(error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, code: (error as NodeJS.ErrnoException).code, message, stack };
}
