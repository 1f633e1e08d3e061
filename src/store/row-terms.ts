/** The terms of a row's search text as the keyword index counts them. */
export function termsOf(searchText: string): string[] {
  return searchText.split(/\s+/).filter((term) => term !== '');
}
