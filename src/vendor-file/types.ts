import { DETAIL_TYPES, type DetailType } from './declaration.ts';

/** Reads a type as GraphQL writes it: `Int`, `ID!`, `[String!]`, `[String!]!`. It was checked before. */
export function toType(text: string): {
  readonly type: DetailType;
  readonly isList: boolean;
  readonly isRequired: boolean;
} {
  const name = text.replaceAll(/[[\]!]/g, '');
  return {
    type: DETAIL_TYPES.find((each) => each === name) ?? 'String',
    isList: text.startsWith('['),
    isRequired: text.endsWith('!'),
  };
}
