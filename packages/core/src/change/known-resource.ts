import type { Footprint, ResourceUse } from '../module/model.ts';

/**
 * Both footprints where each resource of AzAPI whose type is an expression in one version has the type that is written in the
 * other: nobody can tell whether it is another one.
 */
export function withKnownTypes(before: Footprint, after: Footprint): [before: Footprint, after: Footprint] {
  return [typedLike(before, after), typedLike(after, before)];
}

function typedLike(footprint: Footprint, other: Footprint): Footprint {
  const typed = (uses: readonly ResourceUse[], others: readonly ResourceUse[]) => {
    const written = new Map(others.map((use) => [use.address, use]));
    return uses.map((use) => {
      const known = hasUnknownType(use) ? written.get(use.address) : undefined;
      if (known?.apiVersion === undefined) return use;
      return { ...use, type: known.type, apiVersion: known.apiVersion };
    });
  };
  return {
    ...footprint,
    resources: typed(footprint.resources, other.resources),
    data: typed(footprint.data, other.data),
    ephemeral: typed(footprint.ephemeral, other.ephemeral),
  };
}

/** AzAPI's own types stand for one of Azure, which is not written out here. */
export function hasUnknownType({ type }: ResourceUse): boolean {
  return type.startsWith('azapi_');
}
