import type {
  BodyNode,
  RequestRule,
  Template,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import { getAt } from './json.ts';

/** What stands in a template's places. */
export interface Places {
  /** Ids, settings, `limit` and `ids` by name. */
  readonly named: Readonly<Record<string, string | undefined>>;
  /** The export that `{/pointer}` reads. */
  readonly answer?: unknown;
}

/** Text; undefined where a place has nothing to be filled with. */
export function renderText(template: Template, { named, answer }: Places): string | undefined {
  const parts = template.map((part) => {
    if ('text' in part) return part.text;
    if ('name' in part) return named[part.name];
    const value = getAt(answer, part.pointer);
    return value === undefined || value === null ? undefined : String(value);
  });
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** Path and query of a request below the base URL, encoded. */
export function renderTarget({ path, query }: RequestRule, places: Places): string {
  const segments = path.flatMap((piece) =>
    piece.needs.every((name) => places.named[name] !== undefined)
      ? piece.segments.map((segment) => encodeURIComponent(renderText(segment, places) ?? ''))
      : [],
  );
  const search = new URLSearchParams();
  for (const [name, value] of renderTexts(query, places)) search.append(name, value);
  return `/${segments.join('/')}${search.size === 0 ? '' : `?${search}`}`;
}

/** Headers of a request, those of every call of the vendor included; names as written. */
export function renderHeaders(
  { headers }: Pick<RequestRule, 'headers'>,
  vendor: Pick<VendorDeclaration, 'headers'>,
  places: Places,
): readonly (readonly [string, string])[] {
  return renderTexts({ ...vendor.headers, ...headers }, places);
}

/** A body's JSON; undefined for what falls away. */
export function renderBody(node: BodyNode, places: Places): unknown {
  if ('value' in node) return node.value;
  if ('template' in node) return renderText(node.template, places);
  if ('list' in node) return node.list.map((entry) => renderBody(entry, places));
  const members = Object.entries(node.members).map(
    ([name, member]) => [name, renderBody(member, places)] as const,
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function renderTexts(
  templates: Readonly<Record<string, Template>>,
  places: Places,
): readonly (readonly [string, string])[] {
  return Object.entries(templates).flatMap(([name, template]) => {
    const text = renderText(template, places);
    return text === undefined ? [] : [[name, text] as const];
  });
}
