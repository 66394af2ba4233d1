import type { ErrorEntry } from './catalogue.ts';

interface Entry {
  /** Name of the archive entry as written, shortened and with control characters escaped by the reader. */
  path: string;
}
interface Limit {
  limit: number;
}

const refused = { status: 422, exit: 1 } as const;

export const archiveErrors = {
  'ASH-ARCHIVE-FORMAT': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `The archive cannot be read: ${reason}. Send an intact zip or tar.gz file.`,
  },
  'ASH-ARCHIVE-EMPTY': {
    ...refused,
    message: () => 'The archive holds no files. Pack the files of the module at the root of the archive.',
  },
  'ASH-ARCHIVE-PATH': {
    ...refused,
    message: ({ path, reason }: Entry & { reason: string }) =>
      `The archive entry "${path}" has a name that is not allowed: ${reason}. Use relative names with forward slashes inside the module.`,
  },
  'ASH-ARCHIVE-LINK': {
    ...refused,
    message: ({ path }: Entry) =>
      `The archive entry "${path}" is a link. Clients turn links into empty files; pack a copy of the file instead.`,
  },
  'ASH-ARCHIVE-SPECIAL': {
    ...refused,
    message: ({ path, type }: Entry & { type: string }) =>
      `The archive entry "${path}" is a ${type}. Pack files and folders only.`,
  },
  'ASH-ARCHIVE-DUPLICATE': {
    ...refused,
    message: ({ path, first }: Entry & { first: string }) =>
      path === first
        ? `The archive holds "${path}" more than once. Pack each file once.`
        : `The archive entries "${first}" and "${path}" are one file on some systems. Rename one of them.`,
  },
  'ASH-ARCHIVE-ENCRYPTED': {
    ...refused,
    message: ({ path }: Entry) => `The archive entry "${path}" is encrypted. Pack it without a password.`,
  },
  'ASH-ARCHIVE-SIZE': {
    ...refused,
    status: 413,
    message: ({ limit }: Limit) =>
      `The archive is larger than ${limit} bytes. Leave out files that the module does not need (.terraformignore).`,
  },
  'ASH-ARCHIVE-UNPACKED-SIZE': {
    ...refused,
    message: ({ limit }: Limit) =>
      `The archive unpacks to more than ${limit} bytes. Leave out files that the module does not need.`,
  },
  'ASH-ARCHIVE-RATIO': {
    ...refused,
    message: ({ limit }: Limit) =>
      `The archive unpacks to more than ${limit} times its size, as an archive bomb does. Leave out large files of repeated content.`,
  },
  'ASH-ARCHIVE-ENTRIES': {
    ...refused,
    message: ({ limit }: Limit) =>
      `The archive holds more than ${limit} entries. Leave out files that the module does not need.`,
  },
  'ASH-ARCHIVE-DEPTH': {
    ...refused,
    message: ({ path, limit }: Entry & Limit) =>
      `The archive entry "${path}" lies more than ${limit} folders deep. Use a flatter layout.`,
  },
  'ASH-ARCHIVE-NAME-LENGTH': {
    ...refused,
    message: ({ path, limit }: Entry & Limit) =>
      `The name of the archive entry "${path}" is longer than ${limit} bytes. Shorten it.`,
  },
  'ASH-ARCHIVE-NO-MODULE': {
    ...refused,
    message: ({ expected }: { expected: string }) =>
      `The archive holds no module at its root: ${expected} is missing. Pack the content of the module folder, not the folder itself.`,
  },
} satisfies Record<string, ErrorEntry<never>>;
