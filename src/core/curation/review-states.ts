/** What a person or judge has decided about an example. Only `rejected` examples stay out of exports by default. */
export const REVIEW_STATES = ['unreviewed', 'accepted', 'rejected', 'needs-review'] as const;
/** One of {@link REVIEW_STATES}. */
export type ReviewState = (typeof REVIEW_STATES)[number];
