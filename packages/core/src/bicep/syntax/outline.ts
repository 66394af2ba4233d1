/**
 * Writes a node without its place, to compare trees by eye: `binary("+", left, right)` for what a node holds, in the order
 * of its fields, where an identifier is its name, `true` the name of its field, and nothing what is false or undefined.
 */
export function outline(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(outline).join(', ')}]`;
  if (!isObject(node)) return typeof node === 'string' ? JSON.stringify(node) : String(node);
  const { kind, start: _start, end: _end, ...fields } = node;
  if (kind === 'identifier') return String(fields['name']);
  const written = Object.entries(fields).flatMap(([name, value]) => outlineField(name, value));
  return written.length === 0 ? String(kind) : `${String(kind)}(${written.join(', ')})`;
}

function outlineField(name: string, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  if (Array.isArray(value) && value.length === 0) return [];
  return [value === true ? name : outline(value)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
