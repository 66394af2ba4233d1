import type { Problem } from '../../module/model.ts';
import { attributeOf, labelOf, type PlacedBlock, problemAt, referenceOf, referenceTextOf } from './block.ts';
import type { Directory } from './directory.ts';
import { placeOf } from './interface.ts';
import { namesOf } from './reference.ts';

/** What Terraform refuses of `moved`, `removed` and `import` blocks. */
export function addressProblems(placed: PlacedBlock): Problem[] {
  switch (placed.block.type.name) {
    case 'moved':
      return [...unknownProblems(placed, 'from'), ...unknownProblems(placed, 'to'), ...moveProblems(placed)];
    case 'removed':
      return unknownProblems(placed, 'from');
    case 'import':
      return importProblems(placed);
    default:
      return [];
  }
}

interface Address {
  readonly kind: 'module' | 'resource' | 'other' | 'none';
  readonly isInModule: boolean;
}

/** What an address is of. A later Terraform may know more kinds. */
function addressIn(placed: PlacedBlock, name: string): Address | undefined {
  const found = attributeOf(placed, name);
  if (found === undefined) return undefined;
  const expression = referenceOf(found);
  const names = (expression && namesOf(expression)) ?? [];
  const isInModule = names[0] === 'module';
  let start = 0;
  while (names[start] === 'module' && start < names.length - 1) start += 2;
  const count = names.length - start;
  if (isInModule && count === 0) return { kind: 'module', isInModule };
  if (count < 2) return { kind: 'none', isInModule };
  return { kind: count === 2 && names[start] !== 'data' ? 'resource' : 'other', isInModule };
}

function unknownProblems(placed: PlacedBlock, name: string): Problem[] {
  if (addressIn(placed, name)?.kind !== 'none') return [];
  const { expression, file } = attributeOf(placed, name)!;
  return [problemAt(file, expression, 'this is not the address of a resource or of a module')];
}

function moveProblems(placed: PlacedBlock): Problem[] {
  const kinds = ['from', 'to'].map((name) => addressIn(placed, name)?.kind);
  if (!kinds.includes('module') || !kinds.includes('resource')) return [];
  return [{ message: 'a resource cannot become a module, nor a module a resource', at: placeOf(placed) }];
}

function importProblems(placed: PlacedBlock): Problem[] {
  const address = addressIn(placed, 'to');
  if (address === undefined) return [];
  const { expression, file } = attributeOf(placed, 'to')!;
  const provider = attributeOf(placed, 'provider');
  return [
    ...(address.kind === 'resource'
      ? []
      : [
          problemAt(
            file,
            expression,
            'what is imported is the address of a resource: azurerm_subnet.this["a"]',
          ),
        ]),
    ...(provider !== undefined && address.isInModule
      ? [
          problemAt(
            file,
            provider.expression,
            'what is imported into a module has the provider that the module is given',
          ),
        ]
      : []),
    ...(isIdentified(placed)
      ? []
      : [{ message: 'a block "import" needs "id" or "identity"', at: placeOf(placed) }]),
  ];
}

function isIdentified(placed: PlacedBlock): boolean {
  return ['id', 'identity'].some((name) => attributeOf(placed, name) !== undefined);
}

/** The provider of what is imported is that of its resource, where that is written. */
export function importedProviderProblems(directory: Directory): Problem[] {
  const resources = new Map(
    directory.blocks('resource').map((placed) => [`${labelOf(placed)}.${labelOf(placed, 1)}`, placed]),
  );
  return directory.blocks('import').flatMap((placed) => {
    const [to, provider] = [attributeOf(placed, 'to'), attributeOf(placed, 'provider')];
    const address = to && referenceOf(to);
    const resource = resources.get(((address && namesOf(address)) ?? []).join('.'));
    if (provider === undefined || resource === undefined) return [];
    const own = attributeOf(resource, 'provider');
    if (own !== undefined && referenceTextOf(own) === referenceTextOf(provider)) return [];
    const message = 'the resource says which provider it has: write it there, and leave it out here';
    return [problemAt(provider.file, provider.expression, message)];
  });
}
