import type { BodyNode, RequestRule, Template } from './declaration.ts';

/** Every name that a request has a place for: ids, settings, and what the gateway gives. */
export function namesIn({ path, query, headers, body }: RequestRule): ReadonlySet<string> {
  const templates = [
    ...path.flatMap(({ segments }) => segments),
    ...Object.values(query),
    ...Object.values(headers),
    ...(body === null ? [] : templatesIn(body)),
  ];
  return new Set(
    templates.flatMap((template) => template.flatMap((part) => ('name' in part ? [part.name] : []))),
  );
}

/** The names without which a request has no path: those that stand in no part that goes with them. */
export function neededIn({ path }: RequestRule): ReadonlySet<string> {
  return new Set(
    path.flatMap(({ segments, needs }) =>
      segments.flat().flatMap((part) => ('name' in part && !needs.includes(part.name) ? [part.name] : [])),
    ),
  );
}

function templatesIn(node: BodyNode): readonly Template[] {
  if ('template' in node) return [node.template];
  if ('list' in node) return node.list.flatMap(templatesIn);
  return 'members' in node ? Object.values(node.members).flatMap(templatesIn) : [];
}
