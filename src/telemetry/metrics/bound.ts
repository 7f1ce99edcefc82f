/**
 * A metric's child for each row of label values, bound once: to find it by its labels at every observation costs more than to count.
 *
 * Only for labels of few values; the map grows with them, as the registry does.
 */
export function bindOnce<Labels extends readonly string[], Bound>(
  bind: (...values: Labels) => Bound,
): (...values: Labels) => Bound {
  const known = new Map<string, Bound>();
  return (...values) => {
    const key = values.join('\n');
    const found = known.get(key);
    if (found !== undefined) return found;
    const bound = bind(...values);
    known.set(key, bound);
    return bound;
  };
}
