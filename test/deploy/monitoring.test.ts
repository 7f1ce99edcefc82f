import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { findTypeErrors, ROOT, readFile, readYaml } from './support.ts';

const ALERTS = 'deploy/prometheus/alerts.yaml';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const [RULES] = readYaml(ALERTS) as [Rules];
const ALL_ALERTS = RULES.groups.flatMap(({ rules }) => rules);
const DASHBOARD = JSON.parse(readFile('deploy/grafana/waybill.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
};
const EXPRESSIONS = [
  ...ALL_ALERTS.map(({ alert, expr }) => [alert, expr] as const),
  ...DASHBOARD.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...DASHBOARD.templating.list.flatMap(({ query }) =>
    typeof query === 'string' ? [] : [['a variable', query.query] as const],
  ),
];

/** By the name of a metric: its labels, as docs/operations.md has them. */
const LABELS = new Map(
  [...readFile('docs/operations.md').matchAll(/^\| `(waybill_\w+)` \| ([^|]*) \|/gm)].map(
    ([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)],
  ),
);
/** Given by Prometheus, or of the buckets of a histogram. */
const EVERYWHERE = ['job', 'instance', 'le'];

/** The name of a histogram, of one of its series. */
const toMetric = (series: string): string => series.replace(/_(bucket|count|sum)$/, '');

describe('the alerts and the dashboard', () => {
  it('name only metrics that a gateway has', async () => {
    await using gateway = await startTestGateway();
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const served = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));

    const named = EXPRESSIONS.flatMap(([, expr]) => expr.match(/\b(waybill|process|nodejs)_\w+/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(25);
    expect(named.filter((series) => !served.has(series) && !served.has(toMetric(series)))).toEqual([]);
  });

  it.each(EXPRESSIONS)('ask for labels that the metrics have: %s', (_title, expr) => {
    for (const [, series = '', selector = ''] of expr.matchAll(/\b(waybill_\w+)(?:\{([^}]*)\})?/g)) {
      const labels = LABELS.get(toMetric(series)) ?? LABELS.get(series);
      const asked = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? '');
      expect(asked.filter((label) => ![...EVERYWHERE, ...(labels ?? [])].includes(label))).toEqual([]);
    }
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
    const known = [...expr.matchAll(/\bwaybill_\w+/g)].flatMap(
      ([name]) => LABELS.get(toMetric(name)) ?? LABELS.get(name) ?? [],
    );
    expect(grouped.filter((label) => ![...EVERYWHERE, ...known].includes(label))).toEqual([]);
  });
});

describe('the alerts', () => {
  it('lead each to its part of docs/alerts.md, which has no other', () => {
    const page = readFile('docs/alerts.md');
    const headings = [...page.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);

    expect(ALL_ALERTS.map(({ alert }) => alert)).toEqual(headings);
    for (const { alert, annotations } of ALL_ALERTS)
      expect(annotations.runbook_url).toBe(
        `https://github.com/waybill-gateway/waybill/blob/main/docs/alerts.md#${alert.toLowerCase()}`,
      );
  });

  it('say how urgent they are, and what has happened', () => {
    for (const { labels, annotations } of ALL_ALERTS) {
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
    }
  });

  it('are the same for the Prometheus operator', () => {
    const [{ spec }] = readYaml('deploy/kubernetes/monitoring/alerts.yaml') as [{ spec: Rules }];

    expect(spec).toEqual(RULES);
  });

  it('warn of memory below the limit that the manifests set', () => {
    const { expr = '' } = ALL_ALERTS.find(({ alert }) => alert === 'WaybillMemoryHigh') ?? {};
    const [, gibibytes] = /> ([\d.]+) \* 1024 \* 1024 \* 1024/.exec(expr) ?? [];
    const [, mebibytes] =
      /memory: (\d+)Mi }$/m.exec(
        readFile('deploy/kubernetes/sqlite/deployment.yaml').replace(/requests:.*/, ''),
      ) ?? [];

    expect(Number(gibibytes) * 1_024).toBeLessThan(Number(mebibytes) * 0.9);
  });

  it('have tests in which each comes', () => {
    const fired = new Set(
      [...readFile('deploy/prometheus/alerts.test.yaml').matchAll(/alertname(?:="|: )(\w+)/g)].map(
        ([, name]) => name,
      ),
    );

    expect(ALL_ALERTS.map(({ alert }) => alert).filter((alert) => !fired.has(alert))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('is one that Grafana knows', () => {
    expect(findTypeErrors([{ type: 'Dashboard', from: '@grafana/schema', value: DASHBOARD }])).toBe('');
    const [panel] = DASHBOARD.panels.filter(({ type }) => type === 'stat');
    expect(
      findTypeErrors([{ type: 'Panel', from: '@grafana/schema', value: { ...panel, titel: '' } }]),
    ).toMatch(/titel/);
  });

  it('has a place of its own for each panel', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of DASHBOARD.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`), `under ${title}`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    expect(new Set(DASHBOARD.panels.map(({ id }) => id)).size).toBe(DASHBOARD.panels.length);
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
if (!hasPromtool)
  process.stderr.write(
    '\n*** promtool is not installed: alerts are NOT TRIED (apt-get install prometheus). ***\n\n',
  );

describe.runIf(hasPromtool)('promtool', () => {
  const promtool = (...words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: ROOT, encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };

  it('finds no fault with the alerts', () => {
    expect(promtool('check', 'rules', '--lint-fatal', ALERTS)).toMatchObject({ status: 0 });
  });

  it('sees each alert come when it should, and none when it should not', () => {
    expect(promtool('test', 'rules', 'deploy/prometheus/alerts.test.yaml')).toMatchObject({ status: 0 });
  });

  it('understands every question of the dashboard', () => {
    const questions = DASHBOARD.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = questions.map((question, index) => ({
      record: `dashboard:question:${index}`,
      expr: question.replaceAll('[$__rate_interval]', '[5m]'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'waybill-dashboard-'));
    try {
      const file = join(folder, 'rules.json');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(promtool('check', 'rules', file)).toMatchObject({
        status: 0,
        said: expect.stringContaining(`${questions.length} rules found`),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
