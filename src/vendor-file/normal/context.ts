/** The names that a file's templates may use. */
export interface Names {
  readonly ids: readonly string[];
  readonly optionalIds: ReadonlySet<string>;
  readonly settings: readonly string[];
}

/** The names that a request's body may hold beside pointers: `also` are those that only this request knows. */
export function bodyNames({ ids, settings }: Names, also: readonly string[] = []): (name: string) => boolean {
  const known = new Set([...ids, ...settings, ...also]);
  return (name) => known.has(name);
}
