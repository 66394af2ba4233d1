import type { Limit } from './limit.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** What a request may hold. */
export const requestLimits = {
  headers: {
    value: 16 * KiB,
    unit: 'bytes',
    bounds: 'Path, query, and the names and values of all header fields of a request together',
    where: 'every request',
    past: 'ASH-HEADER-SIZE',
  },
  url: {
    value: 8 * KiB,
    unit: 'bytes',
    bounds: 'Path and query of a request',
    where: 'every request',
    past: 'ASH-URL-LENGTH',
  },
  jsonBody: {
    value: MiB,
    unit: 'bytes',
    bounds: 'A JSON body',
    where: "Ashlar's API",
    past: 'ASH-BODY-SIZE',
  },
  formBody: {
    value: 64 * KiB,
    unit: 'bytes',
    bounds: 'A form; an Entra ID token with many groups is the longest thing in one',
    where: 'sign-in',
    past: 'ASH-BODY-SIZE',
  },
  refusedBody: {
    value: 64 * MiB,
    unit: 'bytes',
    bounds: 'How much of a body that was refused is still read, so that its sender gets to see the answer',
    where: 'every request',
    past: 'closed',
  },
  tagsPerPush: {
    value: 100,
    unit: 'entries',
    bounds: 'Tags that one push of a manifest sets; the specification asks for ten at least',
    where: 'OCI push by digest',
    past: 'ASH-TAG-COUNT',
  },
  search: {
    value: 500,
    unit: 'characters',
    bounds: 'The text of a search or a filter',
    where: "the lists of Ashlar's and of Terraform's API",
    past: 'ASH-REQUEST-INVALID',
  },
  searchWords: {
    value: 8,
    unit: 'entries',
    bounds: 'Words of a search that are looked for',
    where: "the lists of Ashlar's and of Terraform's API",
    past: 'cut',
  },
  addressParameter: {
    value: 300,
    unit: 'characters',
    bounds: 'The address of a module as a parameter, also as a replacement',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  versionParameter: {
    value: 450,
    unit: 'characters',
    bounds: 'ADDRESS@VERSION as a parameter',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  reason: {
    value: 1_000,
    unit: 'characters',
    bounds: 'Why a version was deprecated or revoked',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  mountSources: {
    value: 100,
    unit: 'entries',
    bounds: 'Repositories that a mount without `from` looks at',
    where: 'OCI mount',
    past: 'cut',
  },
} as const satisfies Record<string, Limit>;
