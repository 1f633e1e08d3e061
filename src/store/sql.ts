/** A condition for LanceDB. Only this file and filter.ts make one; no caller's text is ever part of it unquoted. */
export type Predicate = string & { readonly __predicate: unique symbol };

/** A text as a SQL literal. Doubling the quote is all that the parser needs: it knows no other escape. */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

const predicate = (sql: string): Predicate => sql as Predicate; // the brand says that the parts were quoted here

/** `column = value`. */
export function equals(column: string, value: string | number): Predicate {
  return predicate(`${column} = ${typeof value === 'number' ? number(value) : quote(value)}`);
}

/** `column` is one of `values`; an empty list holds for nothing. */
export function isOneOf(column: string, values: readonly string[]): Predicate {
  if (values.length === 0) return predicate('false');
  if (values.length === 1) return equals(column, values[0] ?? '');
  return predicate(`${column} IN (${[...new Set(values)].map(quote).join(',')})`);
}

/** A row has one of these numbers; none holds for nothing. */
export function isRowOf(ids: ArrayLike<number>): Predicate {
  return predicate(ids.length === 0 ? 'false' : `_rowid IN (${Array.from(ids, number).join(',')})`);
}

/** `column` matches a regular expression, which must not come from a caller: they can take long to compile. */
export function matches(column: string, pattern: string): Predicate {
  return predicate(`regexp_like(${column}, ${quote(pattern)})`);
}

/** `column` is one of `values`, letters of either case being the same. */
export function isOneOfFolded(column: string, values: readonly string[]): Predicate {
  if (values.length === 0) return predicate('false');
  const folded = [...new Set(values)].map((value) => `lower(${quote(value)})`);
  return predicate(`lower(${column}) IN (${folded.join(',')})`);
}

/** The list `column` contains `value`. */
export function contains(column: string, value: string): Predicate {
  return predicate(`array_has(${column}, ${quote(value)})`);
}

/** The list `column` contains one of `values`. */
export function containsAny(column: string, values: readonly string[]): Predicate {
  return predicate(`(${values.map((value) => contains(column, value)).join(' OR ')})`);
}

/** What no list holds: it divides the items of one. */
const BETWEEN_ITEMS = '\u001f';

/** The list `column` contains `value`, letters of either case being the same. */
export function containsFolded(column: string, value: string): Predicate {
  const items = `lower(array_to_string(${column}, ${quote(BETWEEN_ITEMS)}))`;
  const around = (text: string): string => `concat(${quote(BETWEEN_ITEMS)}, ${text}, ${quote(BETWEEN_ITEMS)})`;
  // Without a list's own value, two items beside each other could pass for one.
  if (value.includes(BETWEEN_ITEMS)) return contains(column, value);
  return predicate(`array_length(${column}) > 0 AND contains(${around(items)}, ${around(`lower(${quote(value)})`)})`);
}

/** `column >= value`. */
export function atLeast(column: string, value: number): Predicate {
  return predicate(`${column} >= ${number(value)}`);
}

/** `column <= value`. */
export function atMost(column: string, value: number): Predicate {
  return predicate(`${column} <= ${number(value)}`);
}

/** All of the conditions; undefined when there are none. */
export function allOf(conditions: readonly (Predicate | undefined)[]): Predicate | undefined {
  const present = conditions.filter((condition) => condition !== undefined);
  return present.length === 0 ? undefined : predicate(present.map((condition) => `(${condition})`).join(' AND '));
}

/** Both conditions. */
export function both(first: Predicate, second: Predicate | undefined): Predicate {
  return second === undefined ? first : predicate(`(${first}) AND (${second})`);
}

function number(value: number): string {
  return Number.isInteger(value) ? value.toFixed(0) : String(value);
}
