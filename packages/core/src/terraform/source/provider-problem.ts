import type { Problem } from '../../module/model.ts';
import type { SyntaxNode } from '../../syntax/index.ts';
import { type Attribute, type Expression, literalValue } from '../hcl/index.ts';
import { isConstraint } from '../version-constraint.ts';
import { attributeOf, type PlacedBlock, problemAt, referenceOf, type SourceFile } from './block.ts';
import { namesOf } from './reference.ts';

/** What Terraform refuses of the names of providers that a block is of, or that it is given. */
export function providerNameProblems(placed: PlacedBlock): Problem[] {
  const { block, file } = placed;
  const provider = attributeOf(placed, 'provider');
  switch (block.type.name) {
    case 'provider':
      return block.labels.slice(0, 1).flatMap((label) => localNameProblems(file, label, label.value));
    case 'resource':
    case 'data':
    case 'ephemeral':
    case 'import':
      return provider === undefined ? [] : referenceProblems(file, provider.expression);
    case 'module': {
      const providers = attributeOf(placed, 'providers')?.expression;
      const items = providers?.kind === 'object' ? providers.items : [];
      return items.flatMap(({ value }) => referenceProblems(file, value));
    }
    default:
      return [];
  }
}

function referenceProblems(file: SourceFile, expression: Expression): Problem[] {
  const reference = referenceOf({ expression, file });
  const names = reference && namesOf(reference);
  if (names === undefined || names.length > 2)
    return [problemAt(file, expression, 'a provider is named by its name, and its alias behind a dot')];
  return localNameProblems(file, expression, names[0]!);
}

/** Names of providers are parts of addresses, with the rules of names of hosts. */
const namePart = /^[\p{L}\p{N}\p{M}]+(?:-[\p{L}\p{N}\p{M}]+)*$/u;

export function localNameProblems(file: SourceFile, node: SyntaxNode, name: string): Problem[] {
  if (namePart.test(name) && name === name.toLowerCase()) return [];
  const message = `"${name}" cannot be the name of a provider: use lower case letters, digits and single dashes between them`;
  return [problemAt(file, node, message)];
}

/** What Terraform refuses of an entry of `required_providers`. */
export function requirementProblems(file: SourceFile, { name: { name }, value }: Attribute): Problem[] {
  const known = literalValue(value)?.value;
  if (known !== undefined && (known === null || typeof known !== 'object'))
    return versionProblems(file, value);
  const named = localNameProblems(file, value, name);
  if (named.length > 0) return named;
  if (value.kind !== 'object')
    return [problemAt(file, value, 'a provider is required with an object: { source = "…", version = "…" }')];
  return value.items.flatMap((item) => {
    const key = item.key.kind === 'identifier' ? item.key.name : literalValue(item.key)?.value;
    switch (key) {
      case 'source':
        return sourceProblems(file, item.value);
      case 'version':
        return typeof literalValue(item.value)?.value === 'string'
          ? versionProblems(file, item.value)
          : [problemAt(file, item.value, notConstraint)];
      case 'configuration_aliases':
        return aliasProblems(file, item.value, name);
      default: {
        const message = 'a requirement has "source", "version" and "configuration_aliases", and nothing else';
        return [problemAt(file, item.key, message)];
      }
    }
  });
}

const notConstraint = 'this is not a version constraint, such as ">= 1.2.0, < 2.0.0"';

/** A version constraint that is written out. */
export function versionProblems(file: SourceFile, value: Expression): Problem[] {
  const known = literalValue(value)?.value;
  // Terraform makes a text of a number, and null is no constraint.
  if (known === null || (typeof known !== 'object' && isConstraint(String(known)))) return [];
  return [problemAt(file, value, notConstraint)];
}

function sourceProblems(file: SourceFile, value: Expression): Problem[] {
  const source = literalValue(value)?.value;
  const parts = typeof source === 'string' ? source.split('/') : [];
  const type = parts.at(-1) ?? '';
  if (parts.length === 0 || parts.length > 3 || !parts.slice(-2).every((part) => namePart.test(part)))
    return [
      problemAt(
        file,
        value,
        'the source of a provider is like "hashicorp/azurerm", also with a host before it',
      ),
    ];
  if (!/^terraform-./i.test(type)) return [];
  const short = type.replace(/^terraform-(?:provider-)?/i, '');
  return [
    problemAt(file, value, `the source of a provider does not have "terraform-" in its name: "${short}"`),
  ];
}

function aliasProblems(file: SourceFile, value: Expression, name: string): Problem[] {
  const items = value.kind === 'tuple' ? value.items : [];
  const isOwn = (expression: Expression) => {
    const reference = referenceOf({ expression, file });
    const names = reference && namesOf(reference);
    return names?.[0] === name && names.length <= 2;
  };
  if (value.kind === 'tuple' && items.every(isOwn)) return [];
  return [problemAt(file, value, `aliases are listed with the name of their provider: [${name}.first]`)];
}
