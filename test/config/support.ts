import type { Config } from '../../src/config/config.ts';
import { toJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { EnvironmentVariables } from '../../src/config/process-environment.ts';

/** The lines that a configuration is refused with; empty where it is taken. */
export function problemsOf(text: string, env: EnvironmentVariables = {}): readonly string[] {
  const loaded = loadConfig({ text, env });
  return 'problems' in loaded ? loaded.problems : [];
}

/** The configuration that a text comes to; throws its problems where it is refused. */
export function configOf(text: string, env: EnvironmentVariables = {}): Config {
  const loaded = loadConfig({ text, env });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** The smallest account of Hi Energy's, with more keys of it as YAML. */
export function hiAccount(more = ''): string {
  return `  - { key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: k }${more === '' ? '' : `, ${more}`} }\n`;
}

/** A file with that account, and other sections before it. */
export function withAccount(sections = '', more = ''): string {
  return `${sections}\naccounts:\n${hiAccount(more)}`;
}

/** A node of the published JSON Schema, as far as tests look at one. */
export interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly allOf?: readonly { readonly then?: SchemaNode }[];
  readonly anyOf?: readonly SchemaNode[];
}

export interface SchemaKey {
  /** `accounts[].credential.apiKey` */
  readonly path: string;
  readonly schema: SchemaNode;
}

/** Every key of the published schema; one that several vendors have comes several times. */
export function keysOfSchema(
  schema: SchemaNode = toJsonSchema() as SchemaNode,
  path = '',
): readonly SchemaKey[] {
  const keys = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const childPath = path === '' ? key : `${path}.${key}`;
    // Which settings there are says each vendor's file.
    const below = childPath === 'accounts[].settings' ? [] : keysOfSchema(child, childPath);
    return [{ path: childPath, schema: child }, ...below];
  });
  const items = schema.items === undefined ? [] : keysOfSchema(schema.items, `${path}[]`);
  // The conditions of the whole file describe no keys: they only ask for some.
  const conditions = path === '' ? [] : (schema.allOf ?? []);
  const conditional = conditions.flatMap(({ then }) => (then === undefined ? [] : [then]));
  return [...keys, ...items, ...conditional.flatMap((branch) => keysOfSchema(branch, path))];
}
