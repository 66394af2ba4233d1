import type { Problem } from '../../module/model.ts';
import { attributeOf, type PlacedBlock, problemAt, valueOf } from './block.ts';
import { versionProblems } from './provider-problem.ts';

/** What Terraform refuses of where another module comes from. What has to be evaluated is left to OpenTofu. */
export function moduleCallProblems(placed: PlacedBlock): Problem[] {
  const version = attributeOf(placed, 'version');
  const known = valueOf(version);
  if (placed.block.type.name !== 'module' || version === undefined || known === undefined || known === null)
    return [];
  const source = attributeOf(placed, 'source');
  const path = valueOf(source);
  if (source !== undefined && typeof path === 'string' && /^\.{1,2}[/\\]/.test(path))
    return [
      problemAt(source.file, source.expression, 'a module of a folder has no version: leave "version" out'),
    ];
  return versionProblems(version.file, version.expression);
}
