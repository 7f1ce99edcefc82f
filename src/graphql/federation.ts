import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql';
import type { GatewayContext } from './context.ts';
import { type NodeObject, nodeType } from './node.ts';

/** What a composer is told first. Version 2.3 is the first in which an interface is an entity (`@interfaceObject`). */
const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])`;

/** Types that other subgraphs of a supergraph have too, with the same fields and the same meaning. */
const SHARED_TYPES: ReadonlySet<string> = new Set(['PageInfo']);

/** The part of the schema that makes it a subgraph of Apollo Federation 2, and the resolvers that belong to it. */
export interface Subgraph {
  readonly typeDefs: DocumentNode;
  readonly resolvers: ReturnType<typeof createResolvers>;
}

/**
 * What a schema needs beside its own types to stand in a supergraph: every type with a global id is an entity, found by that id.
 *
 * Source: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec, read 2026-11. Written here
 * since `@apollo/subgraph` 2.15 wants Node 22, and the subgraph of `@graphql-tools/federation` comes with a whole gateway.
 */
export function createSubgraph(served: DocumentNode): Subgraph {
  const entities = served.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && isEntity(definition) ? [definition.name.value] : [],
  );
  const typeDefs = parse(
    `"What another subgraph knows of an entity: \`{ __typename, id }\`."
    scalar _Any
    "Every type with a global id."
    union _Entity = ${entities.join(' | ')}
    "What a composer asks for."
    type _Service {
      "The schema as a subgraph of Apollo Federation 2."
      sdl: String!
    }
    extend type Query {
      "For composers: this subgraph's schema."
      _service: _Service!
      """
      For gateways: entities by global id, in the representations' order; null for each that does not exist, or not for this caller.
      As many at once as \`nodes\` takes ids.
      """
      _entities("Each \`{ __typename, id }\`; \`Export\` stands for whichever type the export has." representations: [_Any!]!): [_Entity]!
    }`,
    { noLocation: true },
  );
  return { typeDefs, resolvers: createResolvers(served) };
}

function createResolvers(served: DocumentNode) {
  let sdl: string | undefined;
  return {
    query: {
      _service: () => {
        sdl ??= printSubgraph(served);
        return { sdl };
      },
      _entities: (
        _root: unknown,
        { representations }: { readonly representations: readonly unknown[] },
        { exports }: GatewayContext,
      ) => exports.byRepresentations(representations),
    },
    types: {
      _Any: { serialize: (value: unknown) => value, parseValue: (value: unknown) => value },
      _Entity: { __resolveType: (node: NodeObject) => nodeType(node) },
    },
  };
}

/**
 * The schema for composers: entities have their key, and `@oneOf` is gone, which Apollo's composer takes for an unknown directive. It goes on
 * being checked when an operation comes.
 */
function printSubgraph(served: DocumentNode): string {
  const marked = visit(served, {
    Directive: ({ name }) => (name.value === 'oneOf' ? null : undefined),
    ObjectTypeDefinition: (type) => mark(type),
    InterfaceTypeDefinition: (type) => (type.name.value === 'Export' ? withDirective(type, KEY) : undefined),
  });
  return `${LINK}\n\n${print(marked)}\n`;
}

const KEY = readDirective('@key(fields: "id")');
const SHAREABLE = readDirective('@shareable');

function mark(type: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode | undefined {
  if (isEntity(type)) return withDirective(type, KEY);
  return SHARED_TYPES.has(type.name.value) ? withDirective(type, SHAREABLE) : undefined;
}

function isEntity({ interfaces }: ObjectTypeDefinitionNode): boolean {
  return (interfaces ?? []).some(({ name }) => name.value === 'Node');
}

function withDirective<Type extends TypeDefinitionNode>(type: Type, directive: ConstDirectiveNode): Type {
  return { ...type, directives: [...(type.directives ?? []), directive] };
}

function readDirective(text: string): ConstDirectiveNode {
  const [scalar] = parse(`scalar Marked ${text}`, { noLocation: true }).definitions;
  const [directive] = (scalar as TypeDefinitionNode).directives ?? [];
  return directive as ConstDirectiveNode;
}
