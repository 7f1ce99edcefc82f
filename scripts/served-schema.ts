import {
  buildASTSchema,
  type DocumentNode,
  lexicographicSortSchema,
  parse,
  printSchema,
  visit,
} from 'graphql';

/**
 * Gives every field of an implementing type the description of the interface's field, where it has none of its own, so that
 * the SDL says each thing once and the served schema says it everywhere.
 */
function inheritDescriptions(document: DocumentNode): DocumentNode {
  const interfaces = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === 'InterfaceTypeDefinition' ? [[definition.name.value, definition] as const] : [],
    ),
  );
  return visit(document, {
    ObjectTypeDefinition: (type) => {
      const inherited = (type.interfaces ?? []).flatMap(
        (named) => interfaces.get(named.name.value)?.fields ?? [],
      );
      const fields = type.fields?.map((field) => {
        const source = inherited.find(
          (candidate) => candidate.name.value === field.name.value && candidate.description,
        );
        return field.description === undefined && source
          ? { ...field, description: source.description }
          : field;
      });
      return { ...type, fields };
    },
  });
}

/** The schema as the gateway reads it when it starts. */
export function readServedSchema(sdl: string): DocumentNode {
  return inheritDescriptions(parse(sdl, { noLocation: true }));
}

/** The schema as it is served, in a fixed order: the committed snapshot that makes each contract change a diff. */
export function printServedSchema(served: DocumentNode): string {
  return printSchema(lexicographicSortSchema(buildASTSchema(served)));
}
