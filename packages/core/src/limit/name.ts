import type { Limit } from './limit.ts';

/** How long names may be. */
export const nameLimits = {
  repositoryName: {
    value: 255,
    unit: 'characters',
    bounds: 'The name of an OCI repository',
    where: 'every path and parameter that names one',
    past: 'ASH-REPOSITORY-INVALID',
  },
  namespaceName: {
    value: 64,
    unit: 'characters',
    bounds: 'The name of a namespace',
    where: 'every path and parameter that names one',
    past: 'ASH-NAMESPACE-INVALID',
  },
  terraformName: {
    value: 64,
    unit: 'characters',
    bounds: 'Namespace, name and system of a Terraform module, each',
    where: 'every address of a module',
    past: 'ASH-ADDRESS-INVALID',
  },
  tag: {
    value: 128,
    unit: 'characters',
    bounds: 'A tag',
    where: 'OCI push',
    past: 'ASH-REFERENCE-INVALID',
  },
  version: {
    value: 128,
    unit: 'characters',
    bounds: 'A version; it must fit into a tag',
    where: 'publishing',
    past: 'ASH-VERSION-INVALID',
  },
} as const satisfies Record<string, Limit>;
