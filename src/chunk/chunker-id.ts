/** Name and version of the chunker's rules; a change means that collections must be cut again. */
export const CHUNKER_ID = 'structure-3';
