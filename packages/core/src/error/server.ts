import type { ErrorEntry } from './catalogue.ts';

const wrong = { status: 500, exit: 2 } as const;

/** Errors of starting and running the server, and of the CLI around it. */
export const serverErrors = {
  'ASH-INTERNAL': {
    status: 500,
    exit: 5,
    message: ({ request }: { request: string }) =>
      `Something went wrong inside the registry. Its log has the cause under the request id ${request}.`,
  },
  'ASH-UNAVAILABLE': {
    status: 503,
    exit: 4,
    message: ({ reason }: { reason: string }) =>
      `The registry cannot do this right now: ${reason}. Try again shortly.`,
  },
  'ASH-OVERLOADED': {
    status: 503,
    exit: 4,
    message: ({ seconds }: { seconds: number }) =>
      `More requests arrive than the registry can answer. Try again in ${seconds} s.`,
  },
  'ASH-STORAGE-FULL': {
    status: 507,
    exit: 4,
    message: () => 'The disk of the registry is full; nothing was changed. An administrator must free space.',
  },
  'ASH-BLOB-DAMAGED': {
    status: 500,
    exit: 5,
    message: ({ digest }: { digest: string }) =>
      `The stored bytes of ${digest} are damaged or missing. An administrator can restore them from a backup; pushing the same content again heals them too.`,
  },
  'ASH-READ-ONLY': {
    status: 503,
    exit: 4,
    message: () =>
      'The registry is read-only right now: it serves what it holds and takes nothing new. Try again later.',
  },
  'ASH-TASK-RUNNING': {
    status: 409,
    exit: 1,
    message: ({ kind }: { kind: string }) =>
      `The task ${kind} is running already, and only one of gc, scrub and backup runs at a time. Wait for its end.`,
  },
  'ASH-TASK-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ id }: { id: string }) =>
      `There is no task ${id}; the server forgets tasks when it is restarted.`,
  },
  'ASH-BACKUP': {
    status: 422,
    exit: 1,
    message: ({ path, reason }: { path: string; reason: string }) => `${path}: ${reason}.`,
  },
  'ASH-MIGRATE': {
    status: 422,
    exit: 1,
    message: ({ reason }: { reason: string }) => `The stores cannot be moved: ${reason}.`,
  },
  'ASH-CONFIG': {
    ...wrong,
    message: ({ key, reason, fix }: { key: string; reason: string; fix: string }) =>
      `${key}: ${reason}. ${fix}`,
  },
  'ASH-DATA-LOCKED': {
    ...wrong,
    exit: 1,
    message: ({ path }: { path: string }) =>
      `Another ashlar server is using ${path}. Stop it, or serve another folder with --data.`,
  },
  'ASH-DATA-FORMAT': {
    ...wrong,
    exit: 1,
    message: ({ path, found, known }: { path: string; found: string; known: number }) =>
      `${path} has the format ${found} and this ashlar knows formats up to ${known}. Use a newer ashlar.`,
  },
  'ASH-DATABASE-LOCKED': {
    ...wrong,
    exit: 1,
    message: ({ database }: { database: string }) =>
      `Another ashlar server is using ${database}. Stop it, or name another database with --database.`,
  },
  'ASH-DATABASE-UNREACHABLE': {
    status: 503,
    exit: 4,
    message: ({ database, reason }: { database: string; reason: string }) =>
      `${database} cannot be reached (${reason}), and there is no local mirror to read from meanwhile. Start it, or check --database.`,
  },
  'ASH-LISTEN': {
    ...wrong,
    exit: 1,
    message: ({ address, reason }: { address: string; reason: string }) =>
      `Cannot listen on ${address}: ${reason}. Choose another address with --listen or --listen-tls.`,
  },
  'ASH-SERVER-UNREACHABLE': {
    status: 502,
    exit: 4,
    message: ({ url, reason }: { url: string; reason: string }) =>
      `No Ashlar server answers at ${url}: ${reason}. Start one with npm start, or name yours with --url or ASHLAR_URL.`,
  },
  'ASH-USAGE': {
    status: 400,
    exit: 2,
    message: ({ reason }: { reason: string }) => reason,
  },
} satisfies Record<string, ErrorEntry<never>>;
