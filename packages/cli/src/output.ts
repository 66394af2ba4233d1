import { styleText } from 'node:util';

import { escaped, printable } from '@ashlar/core/printable';

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
}

type Style = Parameters<typeof styleText>[0];

/**
 * Where results and messages go: data to standard output, everything that is said about it to standard error. Whatever a
 * module or a server wrote, it does not steer the terminal.
 */
export interface Output {
  readonly json: boolean;
  /** Columns of the terminal; undefined in a pipe, where nothing is cut. */
  readonly width: number | undefined;
  /** Whether a person looks at standard output, so that marks beyond ASCII are fine. */
  readonly isTerminal: boolean;
  /** Writes a result: its data as one JSON document with `--json`, else as lines. */
  result(data: unknown, lines: () => readonly string[]): void;
  /** Writes a result that has a form of its own. */
  text(text: string): void;
  /** Says something beside the result; silent with `--json`. */
  note(text: string): void;
  warn(text: string): void;
  /** The last words of a command that failed. */
  fail(code: string, message: string): void;
  style(style: Style, text: string): string;
  /** For notes: quieter than the rest of standard error. */
  dim(text: string): string;
}

export function createOutput(options: OutputOptions, env: NodeJS.ProcessEnv = process.env): Output {
  const json = options.json === true;
  const { stdout, stderr } = process;
  const mayColour = options.color !== false && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const painted = new Set<string>();
  const paint = (stream: NodeJS.WriteStream, style: Style, text: string) => {
    if (!mayColour || !stream.isTTY) return text;
    const coloured = styleText(style, printable(text), { validateStream: false });
    painted.add(coloured);
    return coloured;
  };
  const shown = (text: string) => printableExcept(painted, text);
  return {
    json,
    // A terminal without a size says 0.
    width: (stdout.isTTY && stdout.columns) || undefined,
    isTerminal: stdout.isTTY && env['TERM'] !== 'dumb',
    result(data, lines) {
      stdout.write(`${json ? escaped(JSON.stringify(data, null, 2)) : shown(lines().join('\n'))}\n`);
    },
    text(text) {
      stdout.write(`${printable(text)}\n`);
    },
    note(text) {
      if (!json) stderr.write(`${shown(text)}\n`);
    },
    warn(text) {
      stderr.write(`${paint(stderr, 'yellow', 'warning:')} ${printable(text)}\n`);
    },
    fail(code, message) {
      stderr.write(
        `${paint(stderr, 'red', 'error:')} ${printable(message)}\n${paint(stderr, 'dim', `code: ${code}`)}\n`,
      );
    },
    dim: (text) => paint(stderr, 'dim', text),
    style: (style, text) => (json ? text : paint(stdout, style, text)),
  };
}

/** Our own colours stay. */
function printableExcept(painted: ReadonlySet<string>, text: string): string {
  if (painted.size === 0) return printable(text);
  const ours = new RegExp(`(${[...painted].map((each) => RegExp.escape(each)).join('|')})`);
  return text
    .split(ours)
    .map((part) => (painted.has(part) ? part : printable(part)))
    .join('');
}
