import { RuleTester } from 'oxlint/plugins-dev';
import { describe, it } from 'vitest';
import { absolutePath } from './repository-path.ts';
import type { Rule } from './rule.ts';

RuleTester.describe = describe;
RuleTester.it = it;

interface Example {
  /** From the top of the repository. The file need not exist. */
  readonly path: string;
  readonly code: string;
}

interface InvalidExample extends Example {
  /** The whole messages, in the order of the file. */
  readonly messages: readonly string[];
  /** The code after `--fix`, for rules that repair. */
  readonly output?: string;
}

/** Runs a rule on small files that live at any path of the repository. */
export function testRule(
  name: string,
  rule: Rule,
  examples: { readonly valid: readonly Example[]; readonly invalid: readonly InvalidExample[] },
): void {
  const place = ({ path, code }: Example) => ({
    name: `${path}: ${code}`,
    filename: absolutePath(path),
    code,
  });
  new RuleTester({ languageOptions: { parserOptions: { lang: 'ts' } } }).run(name, rule, {
    valid: examples.valid.map(place),
    invalid: examples.invalid.map((example) => ({
      ...place(example),
      ...(example.output === undefined ? {} : { output: example.output }),
      errors: example.messages.map((message) => ({ message })),
    })),
  });
}
