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

/** `column` begins with `prefix`, byte for byte: `%` and `_` are ordinary. */
export function startsWith(column: string, prefix: string): Predicate {
  return predicate(`starts_with(${column}, ${quote(prefix)})`);
}

/** The list `column` contains `value`. */
export function contains(column: string, value: string): Predicate {
  return predicate(`array_has(${column}, ${quote(value)})`);
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
