import { styleText } from 'node:util';

export interface OutputOptions {
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
}

type Style = Parameters<typeof styleText>[0];

/** Where results and messages go: data to standard output, everything that is said about it to standard error. */
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
  const paint = (stream: NodeJS.WriteStream, style: Style, text: string) =>
    mayColour && stream.isTTY ? styleText(style, text, { validateStream: false }) : text;
  return {
    json,
    // A terminal without a size says 0.
    width: (stdout.isTTY && stdout.columns) || undefined,
    isTerminal: stdout.isTTY && env['TERM'] !== 'dumb',
    result(data, lines) {
      stdout.write(`${json ? JSON.stringify(data, null, 2) : lines().join('\n')}\n`);
    },
    text(text) {
      stdout.write(`${text}\n`);
    },
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
    warn(text) {
      stderr.write(`${paint(stderr, 'yellow', 'warning:')} ${text}\n`);
    },
    fail(code, message) {
      stderr.write(
        `${paint(stderr, 'red', 'error:')} ${message}\n${paint(stderr, 'dim', `code: ${code}`)}\n`,
      );
    },
    dim: (text) => paint(stderr, 'dim', text),
    style: (style, text) => (json ? text : paint(stdout, style, text)),
  };
}
