import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';

import { startTestServer, type TestServer } from '../support/server.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

/** Names of samples by the types of their metrics; a histogram has three. */
let samples: ReadonlySet<string>;
/** Labels by name of sample. */
let labels: ReadonlyMap<string, ReadonlySet<string>>;
let server: TestServer;
let text: string;

beforeAll(async () => {
  server = await startTestServer();
  // Metrics with labels show them once there is a value.
  await fetch(`${server.http}/v2/`).then(async (response) => await response.text());
  await vi.waitFor(async () => {
    text = await (await fetch(`${server.http}/metrics`)).text();
    if (!text.includes('protocol="oci"')) throw new Error('the request has not been counted yet');
  });
  const types = Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, type]) => ({
    name: name!,
    type,
  }));
  samples = new Set(
    types.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const found = new Map<string, Set<string>>();
  for (const [, name, inside] of text.matchAll(/^(ashlar_\w+)\{([^}]*)\}/gm)) {
    const names = found.get(name!) ?? new Set<string>();
    for (const [, label] of inside!.matchAll(/(\w+)="/g)) names.add(label!);
    found.set(name!, names);
  }
  labels = found;
});
afterAll(async () => await server.stop());

const fileOf = async (path: string) => await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Every metric that an expression names must be one of ours, and have the labels that it is asked for. */
function expectKnown(expression: string): void {
  const used = Array.from(expression.matchAll(/\b(ashlar_\w+)(?:\{([^}]*)\})?/g));
  expect(used.length, expression).toBeGreaterThan(0);
  for (const [, name = '', selector = ''] of used) {
    expect(samples.has(name), `${name} is a metric, in: ${expression}`).toBe(true);
    for (const [, label] of selector.matchAll(/(\w+)\s*(?:=~|!=|=)/g)) {
      const known = new Set(['instance', 'job', ...(labels.get(name) ?? [])]);
      expect(known.has(label!), `${name} has the label ${label}, in: ${expression}`).toBe(true);
    }
  }
}

describe('deploy/grafana-dashboard.json', () => {
  let panels: readonly Panel[];
  beforeAll(async () => {
    ({ panels } = JSON.parse(await fileOf('deploy/grafana-dashboard.json')) as { panels: readonly Panel[] });
  });

  it('shows metrics that exist', () => {
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(20);
    for (const expression of expressions) expectKnown(expression);
  });

  it('has a row for each thing to look at', () => {
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'Overview',
      'Traffic',
      'Errors',
      'Latency',
      'Transfers',
      'Event loop and processor',
      'Memory and descriptors',
      'Storage',
    ]);
  });

  it('lays its panels side by side', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe('deploy/alerts.yaml', () => {
  let rules: readonly Rule[];
  beforeAll(async () => {
    const { groups } = parse(await fileOf('deploy/alerts.yaml')) as {
      groups: readonly { rules: readonly Rule[] }[];
    };
    rules = groups.flatMap((group) => group.rules);
  });

  it('asks for metrics that exist', () => {
    // Whether a target answers is Prometheus' own metric.
    const own = rules.filter(({ alert }) => alert !== 'AshlarDown');
    expect(own.length).toBe(rules.length - 1);
    for (const { expr } of own) expectKnown(expr);
  });

  it('says for each alert how bad it is and what to do', () => {
    expect(rules.length).toBeGreaterThan(8);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const {
      alert,
      expr,
      labels: { severity },
      annotations,
      ...rest
    } of rules) {
      expect(alert).toMatch(/^Ashlar[A-Z]\w+$/);
      expect(['critical', 'warning']).toContain(severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'action']);
      expect(annotations.summary).toMatch(/\{\{ \$labels\.instance \}\}.*\.$/);
      expect(annotations.action).toMatch(/\.$/);
      expect(Object.keys(rest).filter((key) => key !== 'for')).toEqual([]);
      // Parentheses that do not close are what editing by hand leaves behind.
      for (const [open, close] of ['()', '{}', '[]']) {
        expect(expr.split(open!).length, expr).toBe(expr.split(close!).length);
      }
    }
  });
});

it('docs/reference/metrics.md names what /metrics shows, of the registry all of it', async () => {
  const page = await fileOf('docs/reference/metrics.md');
  const named = new Set(Array.from(page.matchAll(/^\| `(ashlar_\w+)` /gm), ([, name]) => name!));
  const shown = new Set(Array.from(text.matchAll(/^# TYPE (\S+) /gm), ([, name]) => name!));

  const own = [...shown].filter((name) => !/^ashlar_(?:nodejs|process)_/.test(name));
  expect(own.filter((name) => !named.has(name))).toEqual([]);
  // Linux tells the most.
  if (process.platform === 'linux') expect([...named].filter((name) => !shown.has(name))).toEqual([]);
});
