export interface Check {
  readonly group:
    | 'server'
    | 'health'
    | 'tls'
    | 'proxy'
    | 'oci'
    | 'terraform'
    | 'bicep'
    | 'docker'
    | 'programs';
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  /** What to do about a failure or a warning: a command, where there is one. */
  readonly fix?: string;
}

type Group = Check['group'];

export function ok(group: Group, name: string, detail: string): Check {
  return { group, name, status: 'ok', detail };
}

export function fail(group: Group, name: string, detail: string, fix: string): Check {
  return { group, name, status: 'fail', detail, fix };
}

export function skip(group: Group, name: string, detail: string): Check {
  return { group, name, status: 'skip', detail };
}

/** Works now, and will not for ever. */
export function warn(group: Group, name: string, detail: string, fix: string): Check {
  return { group, name, status: 'warn', detail, fix };
}

const order: readonly Group[] = [
  'server',
  'health',
  'tls',
  'proxy',
  'oci',
  'terraform',
  'bicep',
  'docker',
  'programs',
];

/** By group, and within a group as they came. */
export function inOrder(checks: readonly Check[]): Check[] {
  return checks.toSorted((left, right) => order.indexOf(left.group) - order.indexOf(right.group));
}
