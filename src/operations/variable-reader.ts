import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';

/** A value as its type has it; `UNSURE` where graphql-js has to look at it: it is wrong, or right in an unusual way. */
type ReadValue = (value: unknown) => unknown;

const UNSURE = Symbol('unsure');

/** An operation's variables as graphql-js would read them; null where it has to, for its errors or for what is rare. */
export type ReadVariables = (
  given: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>> | null;

interface VariableReader {
  readonly name: string;
  readonly isRequired: boolean;
  /** `undefined`: it has none. */
  readonly standard: unknown;
  readonly read: ReadValue;
}

/**
 * Makes the functions that read operations' variables.
 *
 * graphql-js walks the types and makes a path and an error reporter for each value of each request: 5 µs for one locator, half a
 * millisecond for a hundred. Here the types are walked once for each operation, and whatever is not plainly right is left to graphql-js,
 * which alone knows the words for it.
 */
export class VariableReaders {
  private readonly schema: GraphQLSchema;
  private readonly objects = new Map<GraphQLInputObjectType, ReadValue>();

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** Null where graphql-js reads all of them. */
  create({ variableDefinitions = [] }: OperationDefinitionNode): ReadVariables | null {
    const readers: VariableReader[] = [];
    for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
      const type = typeFromAST(this.schema, typeNode);
      const name = variable.name.value;
      // A key like any other to GraphQL, and none to an object.
      if (!isInputType(type) || name === '__proto__') return null;
      const standard = defaultValue === undefined ? undefined : valueFromAST(defaultValue, type);
      readers.push({ name, isRequired: isNonNullType(type), standard, read: this.readerOf(type) });
    }
    return (given) => readAll(readers, given);
  }

  private readerOf(type: GraphQLInputType): ReadValue {
    if (isNonNullType(type)) {
      const read = this.readerOf(type.ofType);
      return (value) => (value === null || value === undefined ? UNSURE : read(value));
    }
    if (isListType(type)) return toListReader(this.readerOf(type.ofType));
    if (isLeafType(type)) return (value) => readLeaf(type, value);
    return this.objectReaderOf(type);
  }

  private objectReaderOf(type: GraphQLInputObjectType): ReadValue {
    const known = this.objects.get(type);
    if (known !== undefined) return known;
    // An input object may hold itself: it is found here by then.
    let read: ReadValue = () => UNSURE;
    this.objects.set(type, (value) => read(value));
    const fields = Object.values(type.getFields()).map(({ name, type: fieldType, defaultValue }) => ({
      name,
      isRequired: isNonNullType(fieldType),
      standard: defaultValue,
      read: this.readerOf(fieldType),
    }));
    read = toObjectReader(fields, type.isOneOf);
    return read;
  }
}

function readAll(
  readers: readonly VariableReader[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | null {
  const variables: Record<string, unknown> = {};
  for (const { name, isRequired, standard, read } of readers) {
    if (Object.hasOwn(given, name)) {
      const value = read(given[name]);
      if (value === UNSURE) return null;
      variables[name] = value;
    } else if (standard !== undefined) variables[name] = standard;
    else if (isRequired) return null;
  }
  return variables;
}

function readLeaf(type: { parseValue(value: unknown): unknown }, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  try {
    const read = type.parseValue(value);
    return read === undefined ? UNSURE : read;
  } catch {
    return UNSURE;
  }
}

function toListReader(readItem: ReadValue): ReadValue {
  return (value) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return UNSURE;
    const items: unknown[] = [];
    for (const item of value) {
      const read = readItem(item);
      if (read === UNSURE) return UNSURE;
      items.push(read);
    }
    return items;
  };
}

function toObjectReader(fields: readonly VariableReader[], isOneOf: boolean): ReadValue {
  const names = new Set(fields.map(({ name }) => name));
  return (value) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return UNSURE;
    const given = value as Readonly<Record<string, unknown>>;
    for (const name in given) if (!names.has(name)) return UNSURE;
    const object: Record<string, unknown> = {};
    let count = 0;
    for (const { name, isRequired, standard, read } of fields) {
      const field = given[name];
      if (field === undefined) {
        if (standard !== undefined) object[name] = standard;
        else if (isRequired) return UNSURE;
        continue;
      }
      const readField = read(field);
      if (readField === UNSURE || (isOneOf && readField === null)) return UNSURE;
      object[name] = readField;
      count += 1;
    }
    return isOneOf && count !== 1 ? UNSURE : object;
  };
}
