/** All values of a collection that a filter can name, each once, sorted. */
export interface FilterValues {
  readonly sourceKinds: readonly string[];
  readonly sourceIds: readonly string[];
  readonly uris: readonly string[];
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly languages: readonly string[];
  readonly statuses: readonly string[];
  /** Top-level scalar entries of the metadata, key and value as JSON: `"key":value`. */
  readonly facts: readonly string[];
  /** ISO 8601 times between which the documents changed; empty without documents. */
  readonly oldest: string;
  readonly newest: string;
}
