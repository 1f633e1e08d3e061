/** A collection, and the one that was built beside it to take its place. */
export interface Replacement {
  readonly name: string;
  readonly scratch: string;
}
