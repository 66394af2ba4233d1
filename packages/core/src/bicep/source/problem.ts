import type { Place, Problem } from '../../module/model.ts';
import { childrenOf, type SyntaxNode } from '../../syntax/index.ts';
import { limits } from '../../limit/index.ts';
import type { Identifier, Statement, StringLiteral } from '../syntax/index.ts';
import { nameOf, resolvePath, type Scope } from './scope.ts';

export interface ProblemContext {
  readonly scope: Scope;
  readonly placeOf: (node: SyntaxNode) => Place;
  /** Names of types that nothing declares. */
  readonly unknownTypes: ReadonlySet<string>;
  /** Whether the module has a file; undefined when nobody knows its files. */
  readonly hasFile: ((path: string) => boolean) | undefined;
}

/** What does not fit together in a file that is written as the language wants it. */
export function problemsOf(context: ProblemContext): Problem[] {
  return [...declaredTwice(context), ...unknownTypes(context), ...missingFiles(context)].slice(
    0,
    limits.syntaxProblems.value,
  );
}

function declaredTwice({ scope, placeOf }: ProblemContext): Problem[] {
  const problems: Problem[] = [];
  // Outputs have names of their own; everything else shares one set.
  const known = { output: new Map<string, Place>(), other: new Map<string, Place>() };
  for (const statement of scope.tree.root.statements) {
    const names = known[statement.kind === 'output' ? 'output' : 'other'];
    for (const node of declaredIn(statement)) {
      const name = nameOf(node);
      if (name === '') continue;
      const [first, at] = [names.get(name), placeOf(node)];
      if (first === undefined) names.set(name, at);
      else problems.push({ message: `${name} is declared twice, first on line ${first.line}.`, at });
    }
  }
  return problems;
}

function declaredIn(statement: Statement): (Identifier | StringLiteral)[] {
  switch (statement.kind) {
    case 'param':
    case 'var':
    case 'type':
    case 'func':
    case 'resource':
    case 'module':
    case 'output':
      return [statement.name];
    case 'import': {
      const symbols = statement.symbols.map(({ name, alias }) => alias ?? name);
      return statement.namespace === undefined ? symbols : [...symbols, statement.namespace];
    }
    default:
      return [];
  }
}

/** Namespaces that are always there. */
const builtIn = new Set(['sys', 'az']);

function unknownTypes({ scope, placeOf, unknownTypes: unknown }: ProblemContext): Problem[] {
  if (unknown.size === 0) return [];
  const { statements } = scope.tree.root;
  // What an extension brings is not known.
  if (statements.some(({ kind }) => kind === 'extension')) return [];
  const problems: Problem[] = [];
  const pending: SyntaxNode[] = [...statements].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (isNamedType(node) && unknown.has(node.name) && !builtIn.has(node.name)) {
      problems.push({ message: `There is no type ${node.name}.`, at: placeOf(node) });
    }
    for (const child of childrenOf(node).reverse()) pending.push(child);
  }
  return problems;
}

function isNamedType(node: SyntaxNode): node is SyntaxNode & { readonly name: string } {
  return node.kind === 'named-type';
}

function missingFiles({ scope, placeOf, hasFile }: ProblemContext): Problem[] {
  if (hasFile === undefined) return [];
  return scope.tree.root.statements.flatMap((statement) => {
    if (statement.kind !== 'import' && statement.kind !== 'module') return [];
    const { path: node } = statement;
    const path = node.kind === 'string' && node.expressions.length === 0 ? node.segments[0]! : '';
    const target = resolvePath(scope.path, path);
    // Files of other kinds are no part of what is read.
    if (target === undefined || !path.endsWith('.bicep') || hasFile(target)) return [];
    return [{ message: `There is no file ${path}.`, at: placeOf(node) }];
  });
}
