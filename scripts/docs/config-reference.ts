import { parse } from 'yaml';

/** Where the page stands on the site. */
export const CONFIG_PLACE = 'reference/configuration.md';

/** As much of JSON Schema as the configuration's own has. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  /** Conditions: what holds for each value of the key that decides. */
  readonly allOf?: readonly { readonly then?: Schema }[];
  readonly $ref?: string;
}

const CELLS = ['type', 'default', 'allowed', 'means'] as const;

type Row = Readonly<Record<(typeof CELLS)[number], string>>;

/** Cells by the path of their key, in the schema's order. */
type Rows = ReadonlyMap<string, Row>;

/**
 * A page with every key of the configuration file, from the JSON Schema that is made of what checks the file.
 *
 * @param example - the text of waybill.example.yaml: what a key looks like there is its example
 */
export function toConfigReference(schema: Schema, example: string): string {
  const examples: unknown = parse(example);
  const sections = Object.entries(schema.properties ?? {}).map(([name, section]) => {
    const rows = [...readRows(name, section, schema.required?.includes(name) ?? false)];
    const lines = rows.map(([path, row]) => {
      const shown = toExample(path, row, examples);
      return `| \`${path}\` | ${row.means} | ${row.type} | ${row.default} | ${row.allowed} | ${shown} |`;
    });
    return `## ${name}\n\n| Key | Means | Type | Default | Allowed | Example |\n| --- | --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`;
  });
  return `---
pageClass: wide
aside: false
---

# Every key of the configuration

Made from the schema that checks the file, at each build of this site; [configuration](../configuration.md) explains what belongs together, and what one key asks of
another. A row whose cells differ by vendor or by kind says which is whose. Times are in milliseconds, sizes in bytes. \`\${NAME}\` and \`\${NAME:-default}\` are replaced from the environment.

An editor completes the file by its JSON Schema, <a href="../waybill.schema.json" target="_self">waybill.schema.json</a>: put \`# yaml-language-server: $schema=./waybill.schema.json\` into the first line.

${sections.join('\n')}`;
}

/** The rows of a key and of all keys below it. */
function readRows(path: string, schema: Schema, isRequired: boolean): Rows {
  const rows = new Map<string, Row>([[path, toRow(schema, isRequired)]]);
  const add = (found: Rows): void => {
    for (const [key, row] of found) rows.set(key, row);
  };
  const items = schema.items;
  if (items?.properties !== undefined) {
    add(new Map([...readRows(`${path}[]`, items, false)].slice(1)));
  }
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    add(readRows(`${path}.${key}`, child, schema.required?.includes(key) ?? false));
  const kinds = (schema.allOf ?? []).flatMap(({ then }) => (then === undefined ? [] : [then]));
  if (kinds.length > 0) add(mergeKinds(path, kinds));
  return rows;
}

/** The rows of a mapping whose keys depend on one of them, such as an account's on its vendor. */
function mergeKinds(path: string, kinds: readonly Schema[]): Rows {
  const byKind = kinds.map((kind) => ({ name: nameOf(kind), rows: readRows(path, kind, false) }));
  const paths = new Set(byKind.flatMap(({ rows }) => [...rows.keys()].slice(1)));
  return new Map(
    [...paths].map((key) => {
      const found = byKind.flatMap(({ name, rows }) => {
        const row = rows.get(key);
        return row === undefined ? [] : [{ name, row }];
      });
      const cells = CELLS.map((cell) => [
        cell,
        mergeCells(found.map(({ name, row }) => ({ name, cell: row[cell] }))),
      ]);
      const row = Object.fromEntries(cells) as Row;
      const isOfAll = found.length === byKind.length;
      const whose = found.map(({ name }) => `\`${name}\``).join(', ');
      return [key, isOfAll ? row : { ...row, means: `Of ${whose}: ${row.means}` }] as const;
    }),
  );
}

/** One cell for all kinds, or each kind with its own. */
function mergeCells(cells: readonly { readonly name: string; readonly cell: string }[]): string {
  const different = [...new Set(cells.map(({ cell }) => cell))];
  if (different.length <= 1) return different[0] ?? '';
  if (different.every((cell) => /^`[^`]+`$/.test(cell)) && different.length === cells.length) {
    const areNames = cells.every(({ name, cell }) => cell === `\`${name}\``);
    if (areNames) return different.join(', ');
  }
  return different
    .map((cell) => {
      const whose = cells.filter((one) => one.cell === cell).map(({ name }) => `\`${name}\``);
      return `${whose.join(', ')}: ${cell === '' ? 'none' : cell}`;
    })
    .join('<br>');
}

/** What one of several kinds of mapping is called: the value of the key that decides. */
function nameOf(kind: Schema): string {
  const deciding = Object.values(kind.properties ?? {}).find((property) => property.const !== undefined);
  return String(deciding?.const ?? 'other');
}

function toRow(schema: Schema, isRequired: boolean): Row {
  // The other alternative of a value is a reference to the environment, which every value may be.
  const value = schema.anyOf?.find(({ $ref }) => $ref === undefined) ?? schema;
  const fallback = schema.default ?? value.default;
  return {
    type: toType(schema.anyOf === undefined ? value : { ...value, anyOf: schema.anyOf }),
    default: fallback === undefined ? (isRequired ? 'required' : '') : toCode(fallback),
    allowed: toAllowed(value),
    means: inCell(schema.description ?? value.description ?? ''),
  };
}

function toType(schema: Schema): string {
  const types = (schema.anyOf ?? [schema]).flatMap(({ type, $ref, items }) => {
    if ($ref !== undefined) return [];
    return type === 'array'
      ? [`list${items?.type === undefined ? '' : ` of ${items.type}s`}`]
      : [type ?? 'mapping'];
  });
  return [...new Set(types.map((type) => (type === 'object' ? 'mapping' : type)))].join(' or ');
}

function toAllowed(schema: Schema): string {
  const { minimum, exclusiveMinimum, maximum, minItems, maxItems, pattern } = schema;
  if (schema.const !== undefined) return toCode(schema.const);
  const values = schema.enum ?? enumOf(schema.items);
  const parts: string[] = values === undefined ? [] : [values.map(toCode).join(', ')];
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`);
  if (exclusiveMinimum !== undefined) parts.push(`above ${exclusiveMinimum}, at most ${maximum}`);
  if (minItems !== undefined) parts.push(`at least ${minItems}`);
  if (maxItems !== undefined) parts.push(`at most ${maxItems}`);
  if (pattern !== undefined) parts.push(toCode(pattern));
  return parts.join('; ');
}

function enumOf(items: Schema | undefined): readonly unknown[] | undefined {
  return items?.enum ?? items?.anyOf?.find((one) => one.enum !== undefined)?.enum;
}

/** What the key looks like in the example file; else its default, or the first value that it may have. */
function toExample(path: string, row: Row, examples: unknown): string {
  const found = valuesAt(examples, path.split(/\.|(?=\[\])/)).find((value) => typeof value !== 'object');
  if (found !== undefined) return toCode(found);
  const list = valuesAt(examples, path.split(/\.|(?=\[\])/)).find(
    (value) => Array.isArray(value) && value.every((one) => typeof one !== 'object'),
  );
  if (list !== undefined) return toCode(list);
  return /`[^`]+`/.exec(row.default)?.[0] ?? /`[^`^]+`/.exec(row.allowed)?.[0] ?? '';
}

function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (step === '[]') return Array.isArray(value) ? value.flatMap((one) => valuesAt(one, rest)) : [];
  if (typeof value !== 'object' || value === null || !(step in value)) return [];
  return valuesAt((value as Readonly<Record<string, unknown>>)[step], rest);
}

function toCode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${inCell(text)}\``;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
