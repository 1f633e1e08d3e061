/** Characters per token used to keep answers within a budget; English prose has about four. */
export const CHARACTERS_PER_TOKEN = 4;
/** Largest answer in tokens where nobody asks for less or more. */
export const DEFAULT_ANSWER_TOKENS = 8_000;
/**
 * Characters of a short answer: the lines that answer best, and one line for each other result. What names take is estimated
 * high, so that this room makes answers of a thousand tokens on the mean at the most.
 */
export const SHORT_ANSWER_CHARACTERS = 1_050 * CHARACTERS_PER_TOKEN;
