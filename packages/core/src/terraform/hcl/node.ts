import type { SyntaxNode } from '../../syntax/index.ts';

/**
 * The nodes of HCL, as its specification (hashicorp/hcl, `hclsyntax/spec.md`) has them. A body that was written as JSON is
 * made of the same nodes; see `json-body.ts` for their places.
 */

/** Attributes and blocks in the order of the text. That of a block reaches from brace to brace, the outermost over all. */
export interface Body extends SyntaxNode {
  readonly kind: 'body';
  readonly items: readonly BodyItem[];
}

export type BodyItem = Attribute | Block | Skipped;

export interface Attribute extends SyntaxNode {
  readonly kind: 'attribute';
  readonly name: Identifier;
  readonly value: Expression;
}

export interface Block extends SyntaxNode {
  readonly kind: 'block';
  readonly type: Identifier;
  readonly labels: readonly Label[];
  readonly body: Body;
}

export interface Label extends SyntaxNode {
  readonly kind: 'label';
  readonly quoted: boolean;
  /** Without quotes and escapes. */
  readonly value: string;
}

export interface Identifier extends SyntaxNode {
  readonly kind: 'identifier';
  readonly name: string;
}

/** Text that could not be understood; the problem beside it says why. */
export interface Skipped extends SyntaxNode {
  readonly kind: 'skipped';
}

export type Expression =
  | NumberLiteral
  | BooleanLiteral
  | NullLiteral
  | StringLiteral
  | Template
  | Tuple
  | ObjectExpression
  | ForExpression
  | Variable
  | Call
  | Traversal
  | Unary
  | Binary
  | Conditional
  | Parentheses
  | Missing;

export interface NumberLiteral extends SyntaxNode {
  readonly kind: 'number';
  /** As it is written: HCL keeps more digits than a number of JavaScript. */
  readonly text: string;
  readonly value: number;
}

export interface BooleanLiteral extends SyntaxNode {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface NullLiteral extends SyntaxNode {
  readonly kind: 'null';
}

/** `flush` is a heredoc of `<<-`, which loses what its lines are indented by; `json` a string of the JSON syntax. */
export type TemplateForm = 'quoted' | 'heredoc' | 'flush' | 'json';

/** A template without interpolations and directives. */
export interface StringLiteral extends SyntaxNode {
  readonly kind: 'string';
  readonly form: TemplateForm;
  /** Without quotes, escapes and indentation. */
  readonly value: string;
}

export interface Template extends SyntaxNode {
  readonly kind: 'template';
  readonly form: TemplateForm;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart = TemplateLiteral | Interpolation | IfDirective | ForDirective;

export interface TemplateLiteral extends SyntaxNode {
  readonly kind: 'literal';
  /** Without escapes, indentation and what strip markers (`~`) beside it take away. */
  readonly value: string;
}

/** `${value}` */
export interface Interpolation extends SyntaxNode {
  readonly kind: 'interpolation';
  readonly value: Expression;
}

/** `%{if condition}…%{else}…%{endif}` */
export interface IfDirective extends SyntaxNode {
  readonly kind: 'if-directive';
  readonly condition: Expression;
  readonly whenTrue: readonly TemplatePart[];
  readonly whenFalse: readonly TemplatePart[] | undefined;
}

/** `%{for key, name in collection}…%{endfor}` */
export interface ForDirective extends SyntaxNode {
  readonly kind: 'for-directive';
  readonly key: Identifier | undefined;
  readonly name: Identifier;
  readonly collection: Expression;
  readonly parts: readonly TemplatePart[];
}

export interface Tuple extends SyntaxNode {
  readonly kind: 'tuple';
  readonly items: readonly Expression[];
}

export interface ObjectExpression extends SyntaxNode {
  readonly kind: 'object';
  readonly items: readonly ObjectItem[];
}

export interface ObjectItem extends SyntaxNode {
  readonly kind: 'object-item';
  /** An identifier is the name itself; a variable as key stands in parentheses. */
  readonly key: Identifier | Expression;
  readonly value: Expression;
}

/** `[for keyName, valueName in collection : value if condition]`, `{for … : key => value...}` */
export interface ForExpression extends SyntaxNode {
  readonly kind: 'for';
  readonly result: 'tuple' | 'object';
  readonly keyName: Identifier | undefined;
  readonly valueName: Identifier;
  readonly collection: Expression;
  readonly key: Expression | undefined;
  readonly value: Expression;
  /** Whether values of the same key are put together: `...`. */
  readonly group: boolean;
  readonly condition: Expression | undefined;
}

export interface Variable extends SyntaxNode {
  readonly kind: 'variable';
  readonly name: string;
}

export interface Call extends SyntaxNode {
  readonly kind: 'call';
  /** With its namespaces: `provider::aws::arn_parse`. */
  readonly name: string;
  readonly args: readonly Expression[];
  /** Whether the last argument is a list of arguments: `...`. */
  readonly expand: boolean;
}

/**
 * Steps from a value to one inside it: `var.a[0].b`. What follows a splat happens to each element: all of it behind `[*]`,
 * and behind `.*` up to the next `[`.
 */
export interface Traversal extends SyntaxNode {
  readonly kind: 'traversal';
  readonly source: Expression;
  readonly steps: readonly Step[];
}

export type Step = AccessStep | IndexStep | SplatStep;

/** `.name` */
export interface AccessStep extends SyntaxNode {
  readonly kind: 'access';
  readonly name: string;
}

/** `[key]`, or in the old way `.0` */
export interface IndexStep extends SyntaxNode {
  readonly kind: 'index';
  readonly key: Expression;
  readonly legacy: boolean;
}

/** `[*]`, or for attributes only `.*` */
export interface SplatStep extends SyntaxNode {
  readonly kind: 'splat';
  readonly full: boolean;
}

export interface Unary extends SyntaxNode {
  readonly kind: 'unary';
  readonly operator: '-' | '!';
  readonly operand: Expression;
}

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export interface Binary extends SyntaxNode {
  readonly kind: 'binary';
  readonly left: Expression;
  readonly operator: BinaryOperator;
  readonly right: Expression;
}

export interface Conditional extends SyntaxNode {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface Parentheses extends SyntaxNode {
  readonly kind: 'parentheses';
  readonly value: Expression;
}

/** Where an expression should be; of no length. */
export interface Missing extends SyntaxNode {
  readonly kind: 'missing';
}
