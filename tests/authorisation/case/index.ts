import type { RouteRow } from '../../../packages/registry/src/server/route-table.ts';
import { acrCases } from './acr.ts';
import { apiCases } from './api.ts';
import type { Case } from './case.ts';
import { ociCases } from './oci.ts';
import { terraformCases } from './terraform.ts';
import { tokenCases } from './token.ts';

export type { Ask, Case } from './case.ts';

export const cases: readonly Case[] = [
  ...ociCases,
  ...acrCases,
  ...terraformCases,
  ...apiCases,
  ...tokenCases,
];

/** How to use a row of the route table; a HEAD row as its GET row. */
export function casesOf({ method, url }: RouteRow): Case[] {
  const own = cases.filter(({ route }) => route === `${method} ${url}`);
  if (method !== 'HEAD') return own;
  return [...own, ...cases.filter(({ route }) => route === `GET ${url}`).map(asHead)];
}

/** Ranges are for GET alone, and where there is no range nothing is outside of it. */
function asHead(each: Case): Case {
  const permitted: Case['permitted'] = (...of) =>
    each.permitted(...of).replace(/^(206|416 ASH-RANGE-INVALID)$/, '200');
  return { ...each, permitted };
}
