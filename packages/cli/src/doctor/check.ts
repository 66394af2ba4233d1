export interface Check {
  readonly group: 'server' | 'tls' | 'oci' | 'terraform' | 'bicep' | 'docker' | 'programs';
  readonly name: string;
  readonly status: 'ok' | 'fail' | 'skip';
  readonly detail: string;
  /** What to do about a failure: a command, where there is one. */
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
