/** The block of one server in a configuration file whose comments begin with #. */
export interface MarkedBlock {
  /** Address of the server. */
  readonly id: string;
  readonly content: string;
}

/** Puts a block into a text, in place of its earlier form if there is one; everything else stays as it is. */
export function putBlock(text: string, { id, content }: MarkedBlock): string {
  const block = `${firstLine(id)}\n${content.trim()}\n${lastLine(id)}\n`;
  const place = findBlock(text, id);
  if (place !== undefined) return text.slice(0, place.start) + block + text.slice(place.end);
  if (text.trim() === '') return block;
  return `${text.trimEnd()}\n\n${block}`;
}

/** The text without the block of one server. */
export function withoutBlock(text: string, id: string): string {
  const place = findBlock(text, id);
  return place === undefined ? text : text.slice(0, place.start) + text.slice(place.end);
}

/** The text without the blocks of all servers. */
export function withoutBlocks(text: string): string {
  return text.replaceAll(/^# >>> ashlar (\S+) >>>.*\n[\s\S]*?^# <<< ashlar \1 <<<.*\n?/gm, '');
}

function findBlock(text: string, id: string): { start: number; end: number } | undefined {
  const start = lineAt(text, `# >>> ashlar ${id} >>>`);
  const last = lineAt(text, lastLine(id));
  if (start < 0 || last < start) return undefined;
  const newline = text.indexOf('\n', last);
  return { start, end: newline < 0 ? text.length : newline + 1 };
}

function lineAt(text: string, line: string): number {
  if (text.startsWith(line)) return 0;
  const at = text.indexOf(`\n${line}`);
  return at < 0 ? -1 : at + 1;
}

function firstLine(id: string): string {
  return `# >>> ashlar ${id} >>> written by "ashlar setup --write"; changes up to the end mark are lost`;
}

function lastLine(id: string): string {
  return `# <<< ashlar ${id} <<<`;
}
