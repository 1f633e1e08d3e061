/** Something that is opened when it is first needed. */
export interface Once<T> {
  get(): Promise<T>;
  /** Undefined while nobody has asked for it. */
  opened(): Promise<T> | undefined;
}

/** Opens on first use, once; a failure is not remembered, so a later call may succeed. */
export function once<T>(open: () => Promise<T>): Once<T> {
  let value: Promise<T> | undefined;
  return {
    get() {
      value ??= open().catch((error: unknown) => {
        value = undefined;
        throw error;
      });
      return value;
    },
    opened: () => value,
  };
}
