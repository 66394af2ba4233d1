import type { Limit, SettingLimit } from './limit.ts';

const MiB = 1024 * 1024;

/** What the server itself reads besides requests. */
export const serverLimits = {
  configFile: {
    value: MiB,
    unit: 'bytes',
    bounds: 'The configuration file',
    where: 'start of the server',
    past: 'ASH-CONFIG',
  },
  configAliases: {
    value: 20,
    unit: 'times',
    bounds: 'How often one part may stand in the configuration file by way of aliases',
    where: 'start of the server',
    past: 'ASH-CONFIG',
  },
  presetToken: {
    value: 512,
    unit: 'characters',
    bounds: 'The preset admin token; 16 at least',
    where: 'start of the server',
    past: 'ASH-CONFIG',
  },
  fetchedAnswer: {
    value: 16 * MiB,
    unit: 'bytes',
    bounds: 'An answer that the server or the command fetches from elsewhere; a longer one counts as none',
    where: 'keys of Entra ID; the ashlar command',
    past: 'closed',
  },
  unreadAnswers: {
    value: 64 * MiB,
    unit: 'bytes',
    bounds: 'Answers that clients have not read yet, all together; content is streamed and not among them',
    where: 'every listener; the answer that waits for longest ends',
    past: 'closed',
  },
} as const satisfies Record<string, Limit>;

/** Limits that an administrator chooses; the name is that of the setting. */
export const settingLimits = {
  maxBlobSize: {
    default: '10GiB',
    least: '1MiB',
    most: '1TiB',
    bounds: 'A blob',
    past: 'ASH-BLOB-SIZE',
  },
  uploadTtl: {
    default: '1d',
    least: '1m',
    most: '30d',
    bounds: 'How long an unfinished upload may rest',
    past: 'ASH-UPLOAD-UNKNOWN',
  },
  tokenTtl: {
    default: '300s',
    least: '30s',
    most: '1h',
    bounds: 'The life of an access token',
    past: 'ASH-AUTH-INVALID',
  },
  refreshTokenTtl: {
    default: '1h',
    // Clients drop a refresh token five minutes before its end (Azure.Containers.ContainerRegistry 1.3).
    least: '10m',
    most: '1d',
    bounds: 'The life of a refresh token',
    past: 'ASH-AUTH-INVALID',
  },
  archiveLinkTtl: {
    default: '900s',
    least: '30s',
    most: '1d',
    bounds: 'The life of a download link',
    past: 'ASH-LINK-EXPIRED',
  },
  maxUploads: {
    // One token of a CI system may push sixteen images of six layers at the same time.
    default: '100',
    least: '1',
    most: '100000',
    bounds: 'Unfinished uploads of one identity',
    past: 'ASH-UPLOAD-LIMIT',
  },
  rateLimit: {
    // More than a machine of two cores answers: nobody is slowed down whom a small one could serve, and nobody takes all
    // of a large one. Overload is shed whoever it comes from.
    default: '10000',
    least: '1',
    most: '1000000',
    bounds: 'Requests for metadata a second of one caller, in the long run',
    past: 'ASH-RATE-LIMIT',
  },
  rateBurst: {
    // 20 `terraform init` of 100 modules behind one address make 4,020 requests.
    default: '50000',
    least: '1',
    most: '10000000',
    bounds: 'Requests for metadata of one caller at once',
    past: 'ASH-RATE-LIMIT',
  },
  signInLimit: {
    default: '10',
    least: '1',
    most: '1000000',
    bounds: 'Wrong sign-ins a minute from one address, or with one beginning of a token',
    past: 'ASH-AUTH-LIMIT',
  },
  gcGrace: {
    default: '1d',
    least: '1m',
    most: '90d',
    bounds: 'How long content that nothing names stays',
    past: 'expired',
  },
  shutdownGrace: {
    default: '60s',
    least: '0s',
    most: '1h',
    bounds: 'How long requests may finish when the server stops',
    past: 'closed',
  },
} as const satisfies Record<string, SettingLimit>;
