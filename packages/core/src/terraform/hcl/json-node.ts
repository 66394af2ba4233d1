import type { SyntaxNode } from '../../syntax/index.ts';
import type { Missing } from './node.ts';

/** The nodes of a JSON text, before it is known which of its properties are arguments and which are blocks. */
export type JsonValue = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull | Missing;

export interface JsonObject extends SyntaxNode {
  readonly kind: 'json-object';
  /** All of them, in the order of the text: HCL lets a property be there more than once. */
  readonly members: readonly JsonMember[];
}

export interface JsonMember extends SyntaxNode {
  readonly kind: 'json-member';
  readonly name: JsonString;
  readonly value: JsonValue;
}

export interface JsonArray extends SyntaxNode {
  readonly kind: 'json-array';
  readonly items: readonly JsonValue[];
}

export interface JsonString extends SyntaxNode {
  readonly kind: 'json-string';
  readonly value: string;
}

export interface JsonNumber extends SyntaxNode {
  readonly kind: 'json-number';
  readonly text: string;
}

export interface JsonBoolean extends SyntaxNode {
  readonly kind: 'json-boolean';
  readonly value: boolean;
}

export interface JsonNull extends SyntaxNode {
  readonly kind: 'json-null';
}
