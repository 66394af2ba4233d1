import type { SyntaxNode, SyntaxTree } from './source.ts';

/**
 * Writes a tree as text: nodes in their order, and between them what stands between them in the text, which is
 * punctuation, white space and comments. Without `replacements` that is the text that was parsed; a node that is in it is
 * written as what stands there instead.
 */
export function printTree<Root extends SyntaxNode>(
  { text, root }: SyntaxTree<Root>,
  replacements: ReadonlyMap<SyntaxNode, string> = new Map(),
): string {
  const pieces: string[] = [];
  const write = (node: SyntaxNode): void => {
    const instead = replacements.get(node);
    if (instead !== undefined) {
      pieces.push(instead);
      return;
    }
    let position = node.start;
    for (const child of childrenOf(node)) {
      pieces.push(text.slice(position, child.start));
      write(child);
      position = child.end;
    }
    pieces.push(text.slice(position, node.end));
  };
  pieces.push(text.slice(0, root.start));
  write(root);
  pieces.push(text.slice(root.end));
  return pieces.join('');
}

/** The nodes directly below a node, in the order of the text. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const value of Object.values(node)) collect(value, children);
  return children.sort((a, b) => a.start - b.start || a.end - b.end);
}

function collect(value: unknown, into: SyntaxNode[]): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, into);
  } else if (isNode(value)) into.push(value);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'start' in value && 'end' in value;
}
