import type { ErrorEntry } from './catalogue.ts';

export const requestErrors = {
  'ASH-REQUEST-INVALID': {
    status: 400,
    exit: 2,
    message: ({ reason }: { reason: string }) => `The request is not valid: ${reason}.`,
  },
  'ASH-ROUTE-UNKNOWN': {
    status: 404,
    exit: 2,
    message: ({ path }: { path: string }) =>
      `There is nothing at ${path}. The API is described at /api/v1/openapi.json`,
  },
  'ASH-METHOD': {
    status: 405,
    exit: 2,
    message: ({ method }: { method: string }) => `${method} is not possible here.`,
  },
  'ASH-BODY-SIZE': {
    status: 413,
    exit: 1,
    message: ({ limit }: { limit: number }) => `The body of the request is larger than ${limit} bytes.`,
  },
  'ASH-MEDIA-TYPE': {
    status: 415,
    exit: 2,
    message: ({ expected }: { expected: string }) =>
      `The body has a type that is not taken here. Send ${expected}.`,
  },
  'ASH-BODY-TIMEOUT': {
    status: 408,
    exit: 4,
    message: () =>
      'The body of the request came too slowly, or not at all. Send it again over a better connection.',
  },
  'ASH-RATE-LIMIT': {
    status: 429,
    exit: 4,
    message: ({ who, seconds }: { who: string; seconds: number }) =>
      `Too many requests came from ${who}. Try again in ${seconds} s (setting rateLimit).`,
  },
  'ASH-LINK-EXPIRED': {
    status: 403,
    exit: 1,
    message: () => 'The download link has expired or was altered. Run the command again to get a new one.',
  },
} satisfies Record<string, ErrorEntry<never>>;
