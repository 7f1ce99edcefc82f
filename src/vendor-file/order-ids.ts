import type { RequestRule, StartRule, Template, VendorDeclaration } from './declaration.ts';

/** An id of the locator that has to be known before an export starts: the place where it is started. */
export interface OrderId {
  readonly name: string;
  readonly isOptional: boolean;
}

/** The locator's ids that stand in the request of a start, in the locator's order: the order input asks for them. */
export function orderIds({
  locator,
  start,
}: Pick<VendorDeclaration, 'locator' | 'start'>): readonly OrderId[] {
  if (start === null) return [];
  const names = namesIn(start.request);
  return Object.entries(locator).flatMap(([name, { isOptional }]) =>
    names.has(name) ? [{ name, isOptional }] : [],
  );
}

function namesIn({ path, query, headers }: StartRule['request'] | RequestRule): ReadonlySet<string> {
  const templates: readonly Template[] = [
    ...path.flatMap(({ segments }) => segments),
    ...Object.values(query),
    ...Object.values(headers),
  ];
  return new Set(templates.flat().flatMap((part) => ('name' in part ? [part.name] : [])));
}
