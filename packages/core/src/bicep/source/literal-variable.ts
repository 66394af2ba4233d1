import { childrenOf, type SyntaxNode } from '../../syntax/index.ts';
import type { BicepTree, Expression, StringLiteral } from '../syntax/index.ts';
import { nameOf } from './scope.ts';

/** The values of the variables of a file, by name. */
export type Variables = ReadonlyMap<string, Expression>;

export function variablesIn({ root }: BicepTree): Variables {
  return new Map(
    root.statements.flatMap((each) => (each.kind === 'var' ? [[each.name.name, each.value] as const] : [])),
  );
}

/** Variables of variables: nobody writes more. */
const maxSteps = 20;

/** A text that is written out, also in a variable; else the expression as it stands, with such texts in place of variables. */
export function writtenText(node: Expression | StringLiteral, text: string, variables: Variables): string {
  const literal = literalAt(node, variables, 0);
  if (literal !== undefined) return literal;
  const pieces: string[] = [];
  const write = (each: SyntaxNode): void => {
    const found = isReference(each) ? literalAt(each, variables, 0) : undefined;
    if (found !== undefined) {
      pieces.push(`'${found.replaceAll(/[\\']/g, String.raw`\$&`)}'`);
      return;
    }
    let position = each.start;
    for (const child of childrenOf(each)) {
      pieces.push(text.slice(position, child.start));
      write(child);
      position = child.end;
    }
    pieces.push(text.slice(position, each.end));
  };
  write(node);
  return pieces.join('');
}

type Reference = Extract<Expression, { kind: 'variable' | 'member' | 'index' }>;

function isReference(node: SyntaxNode): node is Reference {
  return node.kind === 'variable' || node.kind === 'member' || node.kind === 'index';
}

function literalAt(node: Expression, variables: Variables, steps: number): string | undefined {
  const value = valueAt(node, variables, steps);
  return value?.kind === 'string' && value.expressions.length === 0 ? value.segments[0] : undefined;
}

/** What a path through variables leads to: `roles.Owner`. */
function valueAt(node: Expression, variables: Variables, steps: number): Expression | undefined {
  if (steps === maxSteps) return undefined;
  switch (node.kind) {
    case 'variable': {
      const value = variables.get(node.name);
      return value && valueAt(value, variables, steps + 1);
    }
    case 'parenthesized':
      return valueAt(node.expression, variables, steps + 1);
    case 'member':
      return memberAt(node.base, node.name.name, variables, steps);
    case 'index':
      return node.index.kind === 'string' && node.index.expressions.length === 0
        ? memberAt(node.base, node.index.segments[0]!, variables, steps)
        : undefined;
    default:
      return node;
  }
}

function memberAt(
  base: Expression,
  name: string,
  variables: Variables,
  steps: number,
): Expression | undefined {
  const object = valueAt(base, variables, steps + 1);
  if (object?.kind !== 'object') return undefined;
  const member = object.members.find((each) => each.kind === 'property' && nameOf(each.key) === name);
  return member?.kind === 'property' ? valueAt(member.value, variables, steps + 1) : undefined;
}
