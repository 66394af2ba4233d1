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
    redact: {
      paths: secretHeaders.flatMap((name) => [`req.headers["${name}"]`, `headers["${name}"]`, `*.${name}`]),
      censor: '[secret]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Signed tickets stand in paths and codes in queries: they are cut out of what is logged. */
export function loggedUrl(url: string): string {
  return url
    .replace(/(\/blobs\/uploads\/)[^/?]+/i, '$1[ticket]')
    .replace(/(%2Fuploads%2F|\/v1\/archives\/)[^/?]+/i, '$1[ticket]')
    .replaceAll(/([?&](?:code|token|access_token|refresh_token|state|code_challenge)=)[^&]*/gi, '$1[secret]');
}
