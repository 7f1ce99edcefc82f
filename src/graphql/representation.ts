import { InputError } from '../export/errors.ts';

/** How another graph of Apollo Federation names an entity of ours. */
export interface Representation {
  /** A type's name, or `Export` where only that is known. */
  readonly type: string;
  /** A global id. */
  readonly id: string;
}

/** @param value - as a gateway sent it, unchecked. @throws InputError */
export function toRepresentation(value: unknown): Representation {
  const { __typename: type, id } = Object(value) as { readonly __typename?: unknown; readonly id?: unknown };
  if (typeof type === 'string' && typeof id === 'string') return { type, id };
  throw new InputError(
    'A representation is written { "__typename": "Export", "id": "…" }, with the `id` of an earlier answer.',
    'representations',
  );
}
