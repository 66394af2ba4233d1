import type { ErrorEntry } from './catalogue.ts';

/** Of modules that a command reads from elsewhere than the catalogue. */
export const referenceErrors = {
  'ASH-MODULE-MISSING': {
    status: 422,
    exit: 1,
    message: ({ ref }: { ref: string }) =>
      `There is no module at ${ref}: no main.bicep, main.json, *.tf or *.tofu file that can be read lies there. Name the folder of a module, or its compiled template.`,
  },
  'ASH-REFERENCE-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ ref, reason }: { ref: string; reason: string }) => `${ref} cannot be found: ${reason}.`,
  },
  'ASH-REFERENCE-REFUSED': {
    status: 422,
    exit: 1,
    message: ({ ref, reason }: { ref: string; reason: string }) => `${ref} cannot be read: ${reason}.`,
  },
  'ASH-README-MARKS': {
    status: 422,
    exit: 1,
    message: ({ path, line, reason }: { path: string; line: number; reason: string }) =>
      `The README cannot be brought up to date: in ${path}, line ${line}, ${reason}. Leave one pair of marks around what is to be replaced, or none.`,
  },
  'ASH-UPSTREAM': {
    status: 502,
    exit: 4,
    message: ({ url, reason }: { url: string; reason: string }) =>
      `${url} gave no usable answer: ${reason}. Check the address, or try again later.`,
  },
  'ASH-UPSTREAM-DENIED': {
    status: 403,
    exit: 3,
    message: ({ url, host }: { url: string; host: string }) =>
      `${host} does not let you read ${url}. Only registries that anybody may read, and the Ashlar that you are signed in to, can be asked.`,
  },
} satisfies Record<string, ErrorEntry<never>>;
