import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { findTypeErrors, ROOT, readFile, readYaml } from './support.ts';

const FOLDER = 'deploy/kubernetes';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

type Model = new (data: never) => { validate(): void };

/** Where the models of a version of the API are. */
const MODELS: Readonly<Record<string, readonly [from: string, models: object]>> = {
  v1: ['kubernetes-models/v1', core],
  'apps/v1': ['kubernetes-models/apps/v1', apps],
  'networking.k8s.io/v1': ['kubernetes-models/networking.k8s.io/v1', networking],
  'policy/v1': ['kubernetes-models/policy/v1', policy],
  'monitoring.coreos.com/v1': ['@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1', monitoring],
};

/** The manifests of a folder, by file. */
function readManifests(folder: string): readonly (readonly [file: string, manifest: Manifest])[] {
  const others = ['kustomization.yaml', 'waybill.yaml'];
  const files = readdirSync(join(ROOT, FOLDER, folder)).filter((file) => !others.includes(file));
  return files.flatMap((file) =>
    readYaml(`${FOLDER}/${folder}/${file}`).map(
      (manifest) => [`${folder}/${file}`, manifest as Manifest] as const,
    ),
  );
}

const MANIFESTS = ['sqlite', 'monitoring'].flatMap(readManifests);

function find<Kind>(kind: string): Kind {
  return MANIFESTS.find(([, manifest]) => manifest.kind === kind)?.[1] as Kind;
}

const POD = find<apps.IDeployment>('Deployment').spec?.template.spec;
const CONTAINER = POD?.containers[0];
const SERVICE = find<core.IService>('Service');

describe('the manifests for Kubernetes', () => {
  it.each(MANIFESTS)('have a %s that its schema allows', (_file, manifest) => {
    const [, models] = MODELS[manifest.apiVersion] ?? [];
    const model = (models as Readonly<Record<string, Model>> | undefined)?.[manifest.kind];

    expect(() => new (model as Model)(manifest as never).validate()).not.toThrow();
  });

  it('name nothing that Kubernetes does not know', () => {
    const values = MANIFESTS.map(([, value]) => ({
      type: `I${value.kind}`,
      from: MODELS[value.apiVersion]?.[0] ?? '',
      value,
    }));

    expect(findTypeErrors(values)).toBe('');
    expect(
      findTypeErrors([
        { type: 'IPodDisruptionBudgetSpec', from: 'kubernetes-models/policy/v1', value: { minAvailabel: 1 } },
      ]),
    ).toMatch(/minAvailabel/);
  });

  it.each(['sqlite', 'monitoring'])(
    'are all named by the kustomization of %s, but for the example of a Secret',
    (folder) => {
      const [kustomization] = readYaml(`${FOLDER}/${folder}/kustomization.yaml`) as [{ resources: string[] }];
      const files = readManifests(folder).map(([file]) => file.replace(`${folder}/`, ''));

      expect([...kustomization.resources].sort()).toEqual(
        files.filter((file) => !file.includes('.example.')),
      );
    },
  );
});

describe('the configuration of the manifests', () => {
  const secret = find<core.ISecret>('Secret');
  const env = {
    DATABASE_URL: 'postgres://waybill:password@db:5432/waybill',
    REDIS_URL: 'rediss://:password@redis:6379',
  };
  const longEnough = Object.fromEntries(
    Object.keys(secret.stringData ?? {}).map((name) => [name, `${name}-`.repeat(8)]),
  );

  it.each(['sqlite', 'postgres', 'redis'])(
    'of %s is one that a gateway takes, with the variables of the Secret',
    (folder) => {
      const loaded = loadConfig({
        text: readFile(`${FOLDER}/${folder}/waybill.yaml`),
        env: { ...longEnough, ...env },
      });

      expect('problems' in loaded ? loaded.problems : []).toEqual([]);
    },
  );

  it('differs by its store and its backplane alone', () => {
    const without = (folder: string) => {
      const [{ store, backplane, ...rest }] = readYaml(`${FOLDER}/${folder}/waybill.yaml`) as [
        { store: { kind: string }; backplane?: { kind: string } },
      ];
      return [store.kind, backplane?.kind, rest];
    };

    const [, , rest] = without('sqlite');
    expect(['sqlite', 'postgres', 'redis'].map(without)).toEqual([
      ['sqlite', undefined, rest],
      ['postgres', undefined, rest],
      ['postgres', 'redis', rest],
    ]);
  });

  it('listens where the Deployment, the Service, the policy and the monitor look', () => {
    const loaded = loadConfig({ text: readFile(`${FOLDER}/sqlite/waybill.yaml`), env: longEnough });
    if ('problems' in loaded) throw new Error('no configuration');
    const { port, metricsPort } = loaded.config.server;
    const ports = { http: port, metrics: metricsPort };

    expect(
      Object.fromEntries(CONTAINER?.ports?.map(({ name, containerPort }) => [name, containerPort]) ?? []),
    ).toEqual(ports);
    const targets = SERVICE.spec?.ports?.map(({ name, targetPort }) => [name, targetPort]);
    expect(targets).toEqual([
      ['http', 'http'],
      ['metrics', 'metrics'],
    ]);
    const allowed = find<networking.INetworkPolicy>('NetworkPolicy').spec?.ingress?.flatMap(
      ({ ports: of }) => of,
    );
    expect(allowed?.map((one) => one?.port)).toEqual(Object.keys(ports));
    const { spec } = find<monitoring.IServiceMonitor>('ServiceMonitor');
    expect(spec.endpoints).toEqual([{ port: 'metrics', path: '/metrics', interval: '30s' }]);
    expect(spec.selector.matchLabels).toEqual(SERVICE.metadata?.labels);
  });
});

describe('the Deployment', () => {
  it('asks the paths that are for it', () => {
    const probes = [CONTAINER?.startupProbe, CONTAINER?.livenessProbe, CONTAINER?.readinessProbe];

    expect(probes.map((probe) => probe?.httpGet)).toEqual(
      ['/health', '/health', '/ready'].map((path) => ({ path, port: 'http' })),
    );
  });

  it('runs one gateway at a time, and lets it drain', () => {
    const { spec } = find<apps.IDeployment>('Deployment');

    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    // Over the 15 seconds after which a gateway that hangs is ended.
    expect(POD?.terminationGracePeriodSeconds).toBeGreaterThan(15);
  });

  it('gives it no right that it does not need', () => {
    expect(POD?.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(CONTAINER?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(readFile('Dockerfile')).toContain('\nUSER 1000:1000\n');
    // They would set WAYBILL_PORT to a Service's address, and the example of a configuration reads it.
    expect(POD).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  it('mounts what the image and the configuration name', () => {
    const mounts = CONTAINER?.volumeMounts?.map(({ mountPath }) => mountPath);

    expect(mounts).toEqual(['/etc/waybill', '/var/lib/waybill', '/tmp']);
    expect(CONTAINER?.env).toEqual([{ name: 'WAYBILL_CONFIG', value: '/etc/waybill/waybill.yaml' }]);
  });
});

describe('the Deployment of several gateways', () => {
  const [kustomization] = readYaml(`${FOLDER}/redis/kustomization.yaml`) as [
    {
      readonly replicas: readonly { readonly name: string; readonly count: number }[];
      readonly patches: readonly { readonly patch: string }[];
    },
  ];
  const patch = parse(kustomization.patches[0]?.patch ?? '') as apps.IDeployment;

  it('has three, and never fewer while it is brought up to date', () => {
    expect(kustomization.replicas).toEqual([{ name: 'waybill', count: 3 }]);
    expect(patch.spec?.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
  });

  it('leaves each the time to be forgotten by the Service and then to drain', () => {
    const [container] = patch.spec?.template.spec?.containers ?? [];
    const [, seconds] = container?.lifecycle?.preStop?.exec?.command ?? [];

    expect(Number(seconds)).toBeGreaterThan(0);
    // Over the 15 seconds after which a gateway that hangs is ended.
    expect((POD?.terminationGracePeriodSeconds ?? 0) - Number(seconds)).toBeGreaterThan(15);
  });

  it('names nothing that Kubernetes does not know', () => {
    const { selector, template } = find<apps.IDeployment>('Deployment').spec ?? {};
    const [container] = patch.spec?.template.spec?.containers ?? [];
    const pod = {
      ...template?.spec,
      ...patch.spec?.template.spec,
      containers: [{ ...CONTAINER, ...container }],
    };
    const value = { ...patch, spec: { ...patch.spec, selector, template: { ...template, spec: pod } } };

    expect(findTypeErrors([{ type: 'IDeployment', from: 'kubernetes-models/apps/v1', value }])).toBe('');
    expect(() => new apps.Deployment(value as never).validate()).not.toThrow();
  });
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl)
  process.stderr.write('\n*** kubectl is not installed: kustomizations are NOT TRIED. ***\n\n');

describe.runIf(hasKubectl)('kubectl kustomize', () => {
  it.each([
    [
      'sqlite',
      [
        'ConfigMap',
        'Deployment',
        'Namespace',
        'NetworkPolicy',
        'PersistentVolumeClaim',
        'PodDisruptionBudget',
        'Service',
      ],
    ],
    ['postgres', ['ConfigMap', 'Deployment', 'Namespace', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']],
    ['redis', ['ConfigMap', 'Deployment', 'Namespace', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']],
    ['monitoring', ['PrometheusRule', 'ServiceMonitor']],
  ])('makes of %s what is to be applied', (folder, kinds) => {
    const { stdout, stderr } = spawnSync('kubectl', ['kustomize', join(ROOT, FOLDER, folder)], {
      encoding: 'utf8',
    });

    expect(stderr).toBe('');
    expect([...stdout.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind).sort()).toEqual(kinds);
    expect(stdout.includes('/var/lib/waybill')).toBe(folder === 'sqlite');
    expect(stdout.includes('type: RollingUpdate')).toBe(folder === 'redis');
    expect(stdout.match(/^ {2}namespace: waybill$/gm)).toHaveLength(
      kinds.filter((kind) => kind !== 'Namespace').length,
    );
  });
});
