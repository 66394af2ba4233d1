import type { SyntaxTree } from '../../syntax/index.ts';
import type {
  Expression,
  ForLoop,
  Identifier,
  Missing,
  Node,
  ObjectLiteral,
  Parenthesized,
  StringLiteral,
  Type,
} from './node.ts';

/** What `parseBicep` and `parseBicepParameters` make of a text. */
export type BicepTree = SyntaxTree<BicepFile>;

export interface BicepFile extends Node<'file'> {
  readonly statements: readonly Statement[];
}

/** Part of a file that is no statement. A problem says why. */
export type Skipped = Node<'skipped'>;

export type Statement = ModuleFileStatement | ParametersFileStatement | Skipped;

type ModuleFileStatement =
  | TargetScopeStatement
  | MetadataStatement
  | ParamStatement
  | VarStatement
  | TypeStatement
  | FuncStatement
  | ResourceStatement
  | ModuleStatement
  | TestStatement
  | OutputStatement
  | AssertStatement
  | ImportStatement
  | ExtensionStatement;

type ParametersFileStatement =
  | UsingStatement
  | ExtendsStatement
  | AssignmentStatement
  | ExtensionConfigStatement;

interface Decorated<Kind extends string> extends Node<Kind> {
  readonly decorators: readonly Decorator[];
}

/** `@name(…)`, `@sys.name(…)`; the parser also takes what is not a call. */
export interface Decorator extends Node<'decorator'> {
  readonly expression: Expression;
}

/** What a resource, module or test is made of. */
export type Body = ObjectLiteral | IfBody | ForLoop | Missing;

/** `if (condition) { … }` */
export interface IfBody extends Node<'if'> {
  readonly condition: Parenthesized | Missing;
  readonly body: ObjectLiteral | Missing;
}

export interface TargetScopeStatement extends Decorated<'target-scope'> {
  readonly value: Expression;
}

export interface MetadataStatement extends Decorated<'metadata'> {
  readonly name: Identifier;
  readonly value: Expression;
}

export interface ParamStatement extends Decorated<'param'> {
  readonly name: Identifier;
  readonly type: Type;
  readonly default: Expression | undefined;
}

export interface VarStatement extends Decorated<'var'> {
  readonly name: Identifier;
  readonly type: Type | undefined;
  readonly value: Expression;
}

export interface TypeStatement extends Decorated<'type'> {
  readonly name: Identifier;
  readonly type: Type;
}

export interface FuncStatement extends Decorated<'func'> {
  readonly name: Identifier;
  readonly parameters: readonly FuncParameter[];
  readonly returns: Type;
  readonly body: Expression;
}

export interface FuncParameter extends Node<'func-parameter'> {
  readonly name: Identifier;
  readonly type: Type;
}

export interface ResourceStatement extends Decorated<'resource'> {
  readonly name: Identifier;
  readonly type: StringLiteral | Missing;
  readonly existing: boolean;
  readonly body: Body;
}

export interface ModuleStatement extends Decorated<'module'> {
  readonly name: Identifier;
  readonly path: StringLiteral | Missing;
  readonly body: Body;
}

export interface TestStatement extends Decorated<'test'> {
  readonly name: Identifier;
  readonly path: StringLiteral | Missing;
  readonly body: Body;
}

export interface OutputStatement extends Decorated<'output'> {
  readonly name: Identifier;
  readonly type: Type;
  readonly value: Expression;
}

export interface AssertStatement extends Decorated<'assert'> {
  readonly name: Identifier;
  readonly value: Expression;
}

/** `import { a, b as c } from 'path'`, `import * as namespace from 'path'` */
export interface ImportStatement extends Decorated<'import'> {
  readonly symbols: readonly ImportSymbol[];
  readonly namespace: Identifier | undefined;
  readonly path: StringLiteral | Missing;
}

export interface ImportSymbol extends Node<'import-symbol'> {
  readonly name: Identifier | StringLiteral;
  readonly alias: Identifier | undefined;
}

/** `extension name with { … } as alias`; older files say `provider` or `import` */
export interface ExtensionStatement extends Decorated<'extension'> {
  readonly specification: Identifier | StringLiteral | Missing;
  readonly config: ObjectLiteral | Missing | undefined;
  readonly alias: Identifier | undefined;
}

/** `using 'path'`, `using none`, both also `with { … }` */
export interface UsingStatement extends Decorated<'using'> {
  /** Undefined for `none`. */
  readonly path: StringLiteral | Missing | undefined;
  readonly config: ObjectLiteral | Missing | undefined;
}

export interface ExtendsStatement extends Decorated<'extends'> {
  readonly path: StringLiteral | Missing;
}

/** `param name = value` in a parameters file */
export interface AssignmentStatement extends Decorated<'assignment'> {
  readonly name: Identifier;
  readonly value: Expression;
}

/** `extensionConfig name with { … }` */
export interface ExtensionConfigStatement extends Decorated<'extension-config'> {
  readonly name: Identifier;
  readonly config: ObjectLiteral | Missing;
}
