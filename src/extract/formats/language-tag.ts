/** A BCP 47 tag that a document gives for its language, as far as its shape tells; empty for anything else. */
export function languageTag(value: string): string {
  const tag = value.trim();
  return /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag) ? tag : '';
}
