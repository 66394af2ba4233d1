import type { Place, Problem } from '../../module/model.ts';
import { positionsIn, type SyntaxNode, type SyntaxTree } from '../../syntax/index.ts';
import {
  type Attribute,
  type Block,
  type Body,
  type Expression,
  expressionText,
  literalValue,
  type LiteralValue,
  parseHclExpression,
} from '../hcl/index.ts';

/** A file of a module, and where in it things are. */
export interface SourceFile {
  readonly path: string;
  readonly tree: SyntaxTree<Body>;
  readonly placeOf: (node: SyntaxNode) => Place;
}

/** A block with the file that it stands in, and what override files put into it. */
export interface PlacedBlock {
  readonly block: Block;
  readonly file: SourceFile;
  readonly overrides: readonly PlacedBlock[];
}

export function sourceFile(path: string, tree: SyntaxTree<Body>): SourceFile {
  let positionOf: ReturnType<typeof positionsIn> | undefined;
  return {
    path,
    tree,
    placeOf({ start }) {
      positionOf ??= positionsIn(tree.text);
      return { file: path, ...positionOf(start) };
    },
  };
}

export function problemAt(file: SourceFile, node: SyntaxNode, message: string): Problem {
  return { message, at: file.placeOf(node) };
}

export function labelOf({ block }: PlacedBlock, index = 0): string {
  return block.labels[index]?.value ?? '';
}

/** An expression with the file that it stands in. */
export interface PlacedExpression {
  readonly expression: Expression;
  readonly file: SourceFile;
}

/** The value of an attribute; that of the last override when there are any. */
export function attributeOf(placed: PlacedBlock, name: string): PlacedExpression | undefined {
  for (const { block, file } of [...placed.overrides.toReversed(), placed]) {
    const found = attributesOf(block.body).find((attribute) => attribute.name.name === name);
    if (found !== undefined) return { expression: found.value, file };
  }
  return undefined;
}

export function attributesOf(body: Body): Attribute[] {
  return body.items.filter((item) => item.kind === 'attribute');
}

/** Blocks that an override changes argument by argument. */
const merged = new Set(['lifecycle']);

/** The blocks of a type directly inside a block; those of an override replace the ones below it, or change them. */
export function blocksOf(placed: PlacedBlock, type: string): PlacedBlock[] {
  if (merged.has(type)) return mergedBlocks(placed, type);
  for (const { block, file } of [...placed.overrides.toReversed(), placed]) {
    const found = blocksIn(block.body, type).map((inner) => ({ block: inner, file, overrides: [] }));
    if (found.length > 0) return found;
  }
  return [];
}

function mergedBlocks(placed: PlacedBlock, type: string): PlacedBlock[] {
  const [first, ...others] = [placed, ...placed.overrides].flatMap(({ block, file }) =>
    blocksIn(block.body, type).map((inner) => ({ block: inner, file, overrides: [] })),
  );
  return first === undefined ? [] : [{ ...first, overrides: others }];
}

export function blocksIn(body: Body, type: string): Block[] {
  return body.items.filter((item) => item.kind === 'block' && item.type.name === type) as Block[];
}

/** The text of an expression, in one spelling: layout, comments and the syntax of the file make no difference. */
export function textOf({ expression }: PlacedExpression): string {
  return expressionText(expression);
}

/** A reference. The JSON syntax has it in a string, and so had the native one before Terraform 0.12. */
export function referenceOf({ expression }: PlacedExpression): Expression | undefined {
  if (expression.kind !== 'string') return expression;
  const { root, problems } = parseHclExpression(expression.value);
  return problems.length > 0 ? undefined : root;
}

/** The text of a reference. */
export function referenceTextOf(placed: PlacedExpression): string {
  const reference = referenceOf(placed);
  if (reference !== undefined) return expressionText(reference);
  return placed.expression.kind === 'string' ? placed.expression.value : textOf(placed);
}

/** What an expression says when nothing has to be evaluated. */
export function valueOf(placed: PlacedExpression | undefined): LiteralValue | undefined {
  return placed && literalValue(placed.expression)?.value;
}

/** A text that is written out; Terraform makes one of a number and of a flag. */
export function stringOf(placed: PlacedBlock, name: string): string | undefined {
  const value = valueOf(attributeOf(placed, name));
  return value === null || typeof value === 'object' ? undefined : value?.toString();
}

/** A text that is written out, or the expression that makes it. */
export function writtenOf(placed: PlacedExpression | undefined): string | undefined {
  if (placed === undefined) return undefined;
  const value = valueOf(placed);
  return typeof value === 'string' ? value : textOf(placed);
}

/** A flag that is written out; Terraform makes one of a text, too. */
export function flagOf(placed: PlacedBlock, name: string): boolean | undefined {
  const value = valueOf(attributeOf(placed, name));
  if (value === true || value === 'true' || value === '1') return true;
  return value === false || value === 'false' || value === '0' ? false : undefined;
}

export function isTrue(placed: PlacedBlock, name: string): boolean {
  return flagOf(placed, name) === true;
}
