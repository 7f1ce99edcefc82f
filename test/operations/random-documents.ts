import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** A query and its variables. */
export interface RandomQuestion {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Values for arguments of these types, as text; the first of each is what a document shrinks to. */
export type Values = Readonly<Record<string, readonly string[]>>;

const MAX_DEPTH = 5;
/** Fields a document may have, so that it stays within the limits. */
const MAX_FIELDS = 60;
const ALIASES = ['a', 'b', 'constructor', '__proto__', 'toString', 'then', 'data', 'x1'] as const;

/** Documents over the schema that are valid but for conflicts of names; each choice shrinks towards the simplest. */
export function randomQuestion(schema: GraphQLSchema, values: Values): fc.Arbitrary<RandomQuestion> {
  return fc
    .array(fc.nat({ max: 999 }), { minLength: 5, maxLength: 400, size: 'max' })
    .map((choices) => new Writer(schema, values, choices).write());
}

class Writer {
  private readonly schema: GraphQLSchema;
  private readonly values: Values;
  private readonly choices: readonly number[];
  private next = 0;
  private fields = 0;
  private readonly fragments: string[] = [];
  private readonly variables = new Map<string, { readonly declared: string; readonly value: unknown }>();

  constructor(schema: GraphQLSchema, values: Values, choices: readonly number[]) {
    this.schema = schema;
    this.values = values;
    this.choices = choices;
  }

  write(): RandomQuestion {
    const root = this.selections(this.schema.getQueryType() as GraphQLNamedType, 0);
    const declared = [...this.variables.values()].map((variable) => variable.declared).join(', ');
    const given = [...this.variables].filter(([, { value }]) => value !== undefined);
    return {
      query: [`query Random${declared === '' ? '' : `(${declared})`} ${root}`, ...this.fragments].join('\n'),
      variables: Object.fromEntries(given.map(([name, { value }]) => [name, value])),
    };
  }

  private choose(count: number): number {
    const choice = this.choices[this.next] ?? 0;
    this.next += 1;
    return choice % count;
  }

  /** Once in so many times, and never when there is nothing left to choose from. */
  private happens(oneIn: number): boolean {
    return this.choose(oneIn) === oneIn - 1;
  }

  private selections(type: GraphQLNamedType, depth: number): string {
    const count = 1 + this.choose(4);
    const parts = Array.from({ length: count }, () => this.selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    this.fields += 1;
    if (depth < MAX_DEPTH && this.fields < MAX_FIELDS && this.happens(4)) return this.fragment(type, depth);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const isLast = depth >= MAX_DEPTH || this.fields >= MAX_FIELDS;
    const fit = isLast ? fields.filter((field) => !isCompositeType(getNamedType(field.type))) : fields;
    const field = fit[this.choose(fit.length + 1) - 1];
    return `${this.alias()}${field === undefined ? '__typename' : this.field(field, depth)}`;
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const inner = getNamedType(field.type);
    const selected = isCompositeType(inner) ? ` ${this.selections(inner, depth + 1)}` : '';
    return `${field.name}${this.arguments(field.args)}${this.directive()}${selected}`;
  }

  private alias(): string {
    return this.happens(3) ? `${ALIASES[this.choose(ALIASES.length)]}: ` : '';
  }

  private arguments(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap((argument) => {
      const values = this.values[String(argument.type)] ?? this.values[String(getNamedType(argument.type))];
      if (values === undefined) return [];
      if (!isNonNullType(argument.type) && !this.happens(2)) return [];
      return [`${argument.name}: ${values[this.choose(values.length)]}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  private directive(): string {
    if (!this.happens(5)) return '';
    const name = this.happens(2) ? 'skip' : 'include';
    return ` @${name}(if: ${this.condition()})`;
  }

  private condition(): string {
    switch (this.choose(3)) {
      case 0:
        return this.happens(2) ? 'true' : 'false';
      case 1:
        this.variables.set('yes', { declared: '$yes: Boolean = true', value: undefined });
        return '$yes';
      default:
        this.variables.set('maybe', { declared: '$maybe: Boolean!', value: this.happens(2) });
        return '$maybe';
    }
  }

  private fragment(type: GraphQLNamedType, depth: number): string {
    const on = this.possible(type);
    const inner = this.selections(on, depth);
    if (!this.happens(3))
      return `...${this.happens(3) && on === type ? '' : ` on ${on.name}`}${this.directive()} ${inner}`;
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${on.name} ${inner}`);
    return `...${name}${this.directive()}`;
  }

  /** The type itself, or one that it may be. */
  private possible(type: GraphQLNamedType): GraphQLNamedType {
    if (!isInterfaceType(type)) return type;
    const types = [type, ...this.schema.getPossibleTypes(type)];
    return types[this.choose(types.length)] as GraphQLNamedType;
  }
}

/** Every value of an enum, as text. */
export function valuesOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}
