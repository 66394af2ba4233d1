import { childrenOf, type SyntaxNode } from '../../syntax/index.ts';
import type { Expression, ForDirective, ForExpression, Traversal, Variable } from '../hcl/index.ts';

/** A name that an expression takes from elsewhere and the names behind it, without keys: `var.a[0].b` is var, a, b. */
export type Reference = readonly string[];

/** The names that `for` gives to what it goes through, the innermost first. */
interface Scope {
  readonly names: readonly (string | undefined)[];
  readonly outer: Scope | undefined;
}

/** All that an expression takes from elsewhere, also in keys and in functions. */
export function referencesIn(expression: Expression): Reference[] {
  const found: Reference[] = [];
  const left: { node: SyntaxNode; scope: Scope | undefined }[] = [{ node: expression, scope: undefined }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, scope } = next;
    const root = node.kind === 'traversal' ? (node as Traversal).source : node;
    if (root.kind === 'variable' && !isGiven((root as Variable).name, scope))
      found.push(namesOf(node as Expression)!);
    for (const child of childrenOf(node))
      if (child !== root || root.kind !== 'variable')
        left.push({ node: child, scope: scopeOf(node, child, scope) });
  }
  return found;
}

/**
 * The names of the reference `a.b[0].c`; undefined of all that does not begin with a name. Where only a reference can
 * stand, `null.a` is one, to the provider of that name.
 */
export function namesOf(expression: Expression): Reference | undefined {
  const { source, steps } = expression.kind === 'traversal' ? expression : { source: expression, steps: [] };
  const root = rootOf(source);
  return root === undefined
    ? undefined
    : [root, ...steps.flatMap((step) => (step.kind === 'access' ? [step.name] : []))];
}

function rootOf(source: Expression): string | undefined {
  if (source.kind === 'null') return 'null';
  if (source.kind === 'boolean') return String(source.value);
  return source.kind === 'variable' ? source.name : undefined;
}

function isGiven(name: string, scope: Scope | undefined): boolean {
  for (let each = scope; each !== undefined; each = each.outer) if (each.names.includes(name)) return true;
  return false;
}

/** What `for` goes through does not know the names that it gives. */
function scopeOf(node: SyntaxNode, child: SyntaxNode, outer: Scope | undefined): Scope | undefined {
  if (node.kind === 'for') {
    const { collection, keyName, valueName } = node as ForExpression;
    return child === collection ? outer : { names: [keyName?.name, valueName.name], outer };
  }
  if (node.kind === 'for-directive') {
    const { collection, key, name } = node as ForDirective;
    return child === collection ? outer : { names: [key?.name, name.name], outer };
  }
  return outer;
}

/** Whether an expression calls a function. */
export function hasCall(expression: Expression): boolean {
  const left: SyntaxNode[] = [expression];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.kind === 'call') return true;
    left.push(...childrenOf(node));
  }
  return false;
}
