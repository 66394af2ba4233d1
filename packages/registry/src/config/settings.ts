import { settingLimits } from '@ashlar/core';
import type { z } from 'zod';

import { databaseUrl } from './database.ts';
import { blobsUrl } from './blobs-url.ts';
import { entra } from './entra.ts';
import {
  choice,
  count,
  countOrOff,
  duration,
  durationOrOff,
  listenAddress,
  origin,
  path,
  proxies,
  secret,
  size,
} from './field.ts';

/** One setting of the server. Its name is the key in the file. */
export interface Setting {
  readonly env: string;
  /** Absent where a command line is the wrong place: other users of the machine can read it. */
  readonly flag?: `--${string}`;
  /** What stands for the value in `--help`. */
  readonly value: string;
  readonly description: string;
  /** As a user would write it; absent when the setting may be absent. */
  readonly default?: string;
  /** What is shown as default when it depends on other settings. */
  readonly derived?: string;
  readonly schema: z.ZodType;
  /** A path: relative to the file that holds it, or to the working directory. */
  readonly isPath?: true;
}

export const settings = {
  data: {
    env: 'ASHLAR_DATA',
    flag: '--data',
    value: 'folder',
    description: 'Folder that holds everything the registry stores.',
    default: './ashlar-data',
    schema: path,
    isPath: true,
  },
  blobs: {
    env: 'ASHLAR_BLOBS',
    flag: '--blobs',
    value: 's3://bucket/prefix',
    description:
      'Where content is kept: files, or a bucket of S3 or a service like it, with ?region=…&endpoint=…&force-path-style=true.',
    derived: 'files in <data>/blobs',
    schema: blobsUrl,
  },
  listen: {
    env: 'ASHLAR_LISTEN',
    flag: '--listen',
    value: 'host:port',
    description: 'Address of the http listener, or off.',
    default: '127.0.0.1:8484',
    schema: listenAddress,
  },
  listenTls: {
    env: 'ASHLAR_LISTEN_TLS',
    flag: '--listen-tls',
    value: 'host:port',
    description: 'Address of the https listener, or off.',
    default: '127.0.0.1:8485',
    schema: listenAddress,
  },
  externalUrl: {
    env: 'ASHLAR_EXTERNAL_URL',
    flag: '--external-url',
    value: 'url',
    description: 'Address under which clients reach the http listener; https behind a proxy that ends TLS.',
    derived: 'http://<listen>',
    schema: origin('http:', 'https:'),
  },
  externalUrlTls: {
    env: 'ASHLAR_EXTERNAL_URL_TLS',
    flag: '--external-url-tls',
    value: 'url',
    description: 'Address under which clients reach the https listener.',
    derived: 'https://<listenTls>',
    schema: origin('https:'),
  },
  tls: {
    env: 'ASHLAR_TLS',
    flag: '--tls',
    value: 'local|files|off',
    description: 'Where the certificate comes from: a local CA made on first start, files, or no https.',
    derived: 'files with tlsCert and tlsKey, else local',
    schema: choice('local', 'files', 'off'),
  },
  tlsCert: {
    env: 'ASHLAR_TLS_CERT',
    flag: '--tls-cert',
    value: 'file',
    description: 'Certificate in PEM, followed by its chain.',
    schema: path,
    isPath: true,
  },
  tlsKey: {
    env: 'ASHLAR_TLS_KEY',
    flag: '--tls-key',
    value: 'file',
    description: 'Private key of the certificate in PEM.',
    schema: path,
    isPath: true,
  },
  database: {
    env: 'ASHLAR_DATABASE',
    flag: '--database',
    value: 'url',
    description: 'PostgreSQL database for the metadata; on the command line without a password.',
    derived: 'SQLite in <data>',
    schema: databaseUrl,
  },
  adminToken: {
    env: 'ASHLAR_ADMIN_TOKEN',
    value: 'secret',
    description: 'Presets the admin token.',
    derived: 'made on first start, in <data>/admin-token',
    schema: secret,
  },
  logLevel: {
    env: 'ASHLAR_LOG_LEVEL',
    flag: '--log-level',
    value: 'level',
    description: 'Least severe level that is logged: fatal, error, warn, info, debug, trace or silent.',
    default: 'info',
    schema: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  },
  artifacts: {
    env: 'ASHLAR_ARTIFACTS',
    flag: '--artifacts',
    value: 'allow|deny',
    description: 'Whether OCI artifacts that are no modules are taken and served.',
    default: 'allow',
    schema: choice('allow', 'deny'),
  },
  maxBlobSize: {
    env: 'ASHLAR_MAX_BLOB_SIZE',
    flag: '--max-blob-size',
    value: 'size',
    description: 'Largest blob that is taken.',
    default: settingLimits.maxBlobSize.default,
    schema: size(settingLimits.maxBlobSize),
  },
  uploadTtl: {
    env: 'ASHLAR_UPLOAD_TTL',
    flag: '--upload-ttl',
    value: 'duration',
    description: 'How long an unfinished upload may rest before it is dropped.',
    default: settingLimits.uploadTtl.default,
    schema: duration(settingLimits.uploadTtl),
  },
  gcGrace: {
    env: 'ASHLAR_GC_GRACE',
    flag: '--gc-grace',
    value: 'duration',
    description:
      'How long content that nothing names stays before it is collected; longer than any push takes.',
    default: settingLimits.gcGrace.default,
    schema: duration(settingLimits.gcGrace),
  },
  gcInterval: {
    env: 'ASHLAR_GC_INTERVAL',
    flag: '--gc-interval',
    value: 'duration|off',
    description: 'How often the server collects by itself what nobody can reach.',
    default: '1d',
    schema: durationOrOff({ least: '1m', most: '90d' }),
  },
  readOnly: {
    env: 'ASHLAR_READ_ONLY',
    flag: '--read-only',
    value: 'yes|no',
    description:
      'Whether the server serves what it holds and takes nothing new, for example after a restore.',
    default: 'no',
    schema: choice('yes', 'no'),
  },
  tokenTtl: {
    env: 'ASHLAR_TOKEN_TTL',
    flag: '--token-ttl',
    value: 'duration',
    description: 'Life of the access tokens that /oauth2/token gives out.',
    default: settingLimits.tokenTtl.default,
    schema: duration(settingLimits.tokenTtl),
  },
  refreshTokenTtl: {
    env: 'ASHLAR_REFRESH_TOKEN_TTL',
    flag: '--refresh-token-ttl',
    value: 'duration',
    description: 'Life of the refresh tokens that /oauth2/exchange gives out.',
    default: settingLimits.refreshTokenTtl.default,
    schema: duration(settingLimits.refreshTokenTtl),
  },
  archiveLinkTtl: {
    env: 'ASHLAR_ARCHIVE_LINK_TTL',
    flag: '--archive-link-ttl',
    value: 'duration',
    description: 'Life of the signed links to archives.',
    default: settingLimits.archiveLinkTtl.default,
    schema: duration(settingLimits.archiveLinkTtl),
  },
  maxUploads: {
    env: 'ASHLAR_MAX_UPLOADS',
    flag: '--max-uploads',
    value: 'number',
    description: 'How many unfinished uploads each identity may have.',
    default: settingLimits.maxUploads.default,
    schema: count(settingLimits.maxUploads),
  },
  rateLimit: {
    env: 'ASHLAR_RATE_LIMIT',
    flag: '--rate-limit',
    value: 'number',
    description:
      'Requests a second that each token, or each address without one, may make in the long run; downloads and uploads do not count.',
    default: settingLimits.rateLimit.default,
    schema: countOrOff(settingLimits.rateLimit),
  },
  rateBurst: {
    env: 'ASHLAR_RATE_BURST',
    flag: '--rate-burst',
    value: 'number',
    description: 'Requests that may come at once before rateLimit counts.',
    default: settingLimits.rateBurst.default,
    schema: count(settingLimits.rateBurst),
  },
  signInLimit: {
    env: 'ASHLAR_SIGN_IN_LIMIT',
    flag: '--sign-in-limit',
    value: 'number',
    description:
      'Wrong sign-ins a minute from one address, or with one beginning of a token, that get an answer.',
    default: settingLimits.signInLimit.default,
    schema: countOrOff(settingLimits.signInLimit),
  },
  maxConnections: {
    env: 'ASHLAR_MAX_CONNECTIONS',
    flag: '--max-connections',
    value: 'number',
    description: 'Connections at the same time; when there are as many, idle ones are ended for new ones.',
    derived: 'what the limit of open files allows, at most 10000',
    schema: count({ least: '1', most: '1000000' }),
  },
  trustedProxies: {
    env: 'ASHLAR_TRUSTED_PROXIES',
    flag: '--trusted-proxies',
    value: 'addresses',
    description:
      'Addresses or networks of proxies whose X-Forwarded-For says where a client is, for limits and the log.',
    default: 'off',
    schema: proxies,
  },
  shutdownGrace: {
    env: 'ASHLAR_SHUTDOWN_GRACE',
    flag: '--shutdown-grace',
    value: 'duration',
    description: 'How long running requests may finish after SIGTERM.',
    default: settingLimits.shutdownGrace.default,
    schema: duration(settingLimits.shutdownGrace),
  },
  examples: {
    env: 'ASHLAR_EXAMPLES',
    flag: '--examples',
    value: 'folder',
    description: 'Folder of example modules that are published on first start.',
    schema: path,
    isPath: true,
  },
  entra: {
    env: 'ASHLAR_ENTRA',
    value: 'json',
    description:
      'Sign-in with Entra ID: tenants, audiences and rules. A group of keys in the file, JSON in the variable.',
    derived: 'off',
    schema: entra,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type LogLevel = z.output<typeof settings.logLevel.schema>;

/** Names the file; it cannot stand in the file itself. */
export const configFile = {
  env: 'ASHLAR_CONFIG',
  flag: '--config',
  value: 'file',
  description: 'YAML file with settings.',
} as const;

/** Variables of the client side, which the server leaves alone. */
export const clientVariables: readonly string[] = ['ASHLAR_URL', 'ASHLAR_TOKEN', 'ASHLAR_CA'];

/** Name and description of each setting, in the order of the table. */
export function settingEntries(): readonly (readonly [SettingName, Setting])[] {
  return Object.entries(settings) as [SettingName, Setting][];
}

export interface ServeOption {
  /** As option parsers take it: `--listen <host:port>`. */
  readonly flags: string;
  readonly description: string;
  /** Shown, not applied: `loadConfig` applies defaults. */
  readonly default?: string;
  readonly env: string;
}

/** The options of `ashlar serve`, for the option parser and `--help`. */
export function serveOptions(): ServeOption[] {
  const options = settingEntries().flatMap(([, setting]) => {
    if (setting.flag === undefined) return [];
    const shown = setting.default ?? setting.derived;
    return {
      flags: `${setting.flag} <${setting.value}>`,
      description: setting.description,
      env: setting.env,
      ...(shown === undefined ? {} : { default: shown }),
    };
  });
  const { flag, value, description, env } = configFile;
  return [{ flags: `${flag} <${value}>`, description, env }, ...options];
}

/** All settings as a Markdown table, for the guide. */
export function settingsTable(): string {
  const cell = (text: string | undefined) => (text === undefined ? '' : `\`${text.replaceAll('|', '\\|')}\``);
  const rows = settingEntries().map(([name, setting]) => {
    const fallback =
      setting.default === undefined ? setting.derived?.replaceAll('<', '\\<') : cell(setting.default);
    return `| ${cell(name)} | ${cell(setting.flag)} | ${cell(setting.env)} | ${fallback ?? ''} | ${setting.description} |`;
  });
  const file = `| | ${cell(configFile.flag)} | ${cell(configFile.env)} | | ${configFile.description} |`;
  return [
    '| key in the file | flag | variable | default | meaning |',
    '|---|---|---|---|---|',
    file,
    ...rows,
    '',
  ].join('\n');
}
