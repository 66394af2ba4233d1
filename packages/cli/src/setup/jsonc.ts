/** What an edit puts in: plain JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

interface Node {
  readonly start: number;
  readonly end: number;
  readonly value: JsonValue;
  /** Of an object: its members in order. */
  readonly members?: readonly { readonly key: string; readonly node: Node }[];
}

/** Reads JSON as editors take it: with comments and trailing commas. @throws SyntaxError */
export function parseJsonc(text: string): JsonValue {
  return parseDocument(text).value;
}

/**
 * Sets one value in a text of JSON with comments and changes nothing else: comments, order and layout stay. Objects on
 * the way are made.
 * @throws SyntaxError when the text is no JSON, or holds something else than an object on the way
 */
export function setJsonc(text: string, path: readonly string[], value: JsonValue): string {
  const source = text.trim() === '' ? '{}\n' : text;
  let node = parseDocument(source);
  for (const [depth, key] of path.entries()) {
    if (node.members === undefined)
      throw new SyntaxError(`${path.slice(0, depth).join('.') || 'it'} is not an object`);
    const member = node.members.findLast((each) => each.key === key);
    if (member === undefined) {
      const missing = path
        .slice(depth + 1)
        .reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
      return insertMember(source, node, { key, value: missing, depth: depth + 1 });
    }
    node = member.node;
  }
  if (JSON.stringify(node.value) === JSON.stringify(value)) return source;
  return source.slice(0, node.start) + print(value, path.length, indentOf(source)) + source.slice(node.end);
}

function insertMember(
  text: string,
  { end, members = [] }: Node,
  { key, value, depth }: { readonly key: string; readonly value: JsonValue; readonly depth: number },
): string {
  const indent = indentOf(text);
  const closing = end - 1;
  const written = `${indent.repeat(depth)}${JSON.stringify(key)}: ${print(value, depth, indent)}`;
  const last = members.at(-1)?.node;
  const body = text.slice(0, closing).trimEnd();
  const rest = `\n${written}\n${indent.repeat(depth - 1)}${text.slice(closing)}`;
  if (last === undefined || skipComma(text, last.end).comma) return body + rest;
  // The comma goes right behind the value, so that a comment beside it stays beside it.
  return `${text.slice(0, last.end)},${body.slice(last.end)}${rest}`;
}

function print(value: JsonValue, depth: number, indent: string): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', `\n${indent.repeat(depth)}`);
}

function indentOf(text: string): string {
  return /^([ \t]+)["}]/m.exec(text)?.[1] ?? '  ';
}

function parseDocument(text: string): Node {
  const node = parseValue(text, skipBlank(text, text.startsWith('\uFEFF') ? 1 : 0));
  const at = skipBlank(text, node.end);
  if (at < text.length) throw unexpected(text, at);
  return node;
}

function parseValue(text: string, start: number): Node {
  if (text[start] === '{') return parseObject(text, start);
  if (text[start] === '[') return parseArray(text, start);
  const match = /^(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/.exec(text.slice(start));
  if (match === null) throw unexpected(text, start);
  return { start, end: start + match[0].length, value: JSON.parse(match[0]) as JsonValue };
}

function parseObject(text: string, start: number): Node {
  const members: { key: string; node: Node }[] = [];
  let at = skipBlank(text, start + 1);
  while (text[at] !== '}') {
    const key = parseValue(text, at);
    if (typeof key.value !== 'string') throw unexpected(text, at);
    const colon = skipBlank(text, key.end);
    if (text[colon] !== ':') throw unexpected(text, colon);
    const node = parseValue(text, skipBlank(text, colon + 1));
    members.push({ key: key.value, node });
    at = nextItem(text, node.end, '}');
  }
  const value = Object.fromEntries(members.map(({ key, node }) => [key, node.value]));
  return { start, end: at + 1, value, members };
}

function parseArray(text: string, start: number): Node {
  const items: JsonValue[] = [];
  let at = skipBlank(text, start + 1);
  while (text[at] !== ']') {
    const node = parseValue(text, at);
    items.push(node.value);
    at = nextItem(text, node.end, ']');
  }
  return { start, end: at + 1, value: items };
}

/** Where the next item begins, or the closing bracket. */
function nextItem(text: string, end: number, closing: string): number {
  const { at, comma } = skipComma(text, end);
  if (!comma && text[at] !== closing) throw unexpected(text, at);
  return at;
}

/** Passes over space and comments. */
function skipBlank(text: string, from: number): number {
  const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
  blank.lastIndex = from;
  blank.exec(text);
  return blank.lastIndex;
}

/** Passes over the comma behind a value too, if there is one. */
function skipComma(text: string, from: number): { readonly at: number; readonly comma: boolean } {
  const at = skipBlank(text, from);
  return text[at] === ',' ? { at: skipBlank(text, at + 1), comma: true } : { at, comma: false };
}

function unexpected(text: string, at: number): SyntaxError {
  const line = text.slice(0, at).split('\n').length;
  const what = at < text.length ? JSON.stringify(text[at]) : 'the end';
  return new SyntaxError(`unexpected ${what} in line ${line}`);
}
