import { type DocumentNode, Kind, print } from 'graphql';
import * as operations from '../generated/operations.ts';

/** What the commands send, to the letter: a gateway that answers trusted documents only trusts these too. */
export const CLIENT_DOCUMENTS: readonly string[] = Object.values<DocumentNode>(operations)
  .filter(({ definitions }) => definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION))
  .map((document) => print(document));
