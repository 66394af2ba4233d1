import type { Limit } from './limit.ts';

/** How much a list answers at once. `versions` and `tags/list` without `n` are never cut: clients do not page there. */
export const listLimits = {
  registryPage: {
    value: 1_000,
    unit: 'entries',
    bounds: 'A page of the catalogue and of the tags and manifests of a repository, whatever `n` asks for',
    where: '`_catalog`, `tags/list?n=`, `/acr/v1/`',
    past: 'page',
  },
  referrersPage: {
    value: 4 * 1024 * 1024,
    unit: 'bytes',
    bounds: 'A page of referrers; clients refuse a larger index',
    where: 'OCI referrers',
    past: 'page',
  },
  apiPage: {
    value: 1_000,
    unit: 'entries',
    bounds: 'A page of modules (`limit`)',
    where: "Ashlar's API",
    past: 'ASH-REQUEST-INVALID',
  },
  terraformPage: {
    value: 100,
    unit: 'entries',
    bounds: 'A page of modules, whatever `limit` asks for; also the systems that the page of a module names',
    where: "the lists of Terraform's API",
    past: 'page',
  },
  homeModules: {
    value: 500,
    unit: 'entries',
    bounds: 'Modules on the page at /',
    where: 'the page at /',
    past: 'cut',
  },
} as const satisfies Record<string, Limit>;
