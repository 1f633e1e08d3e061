/** What a key may be allowed to do. Each word stands for itself: none includes another. */
export const SCOPES = ['read', 'write', 'curate', 'benchmark', 'train', 'admin'] as const;
/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** What a call asks of its caller: a scope, or to be the owner of the home, which no key can be made to be. */
export type Need = Scope | 'owner';
