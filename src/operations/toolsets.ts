/** What an operation does to what is kept. */
export type Effect = 'read' | 'write' | 'destroy';

/** Groups of operations that a server offers together, through whichever door. */
export const TOOLSETS = [
  'knowledge',
  'code',
  'notes',
  'admin',
  'benchmark',
  'curation',
  'training',
  'specialists',
  'service',
] as const;
/** One of {@link TOOLSETS}. */
export type Toolset = (typeof TOOLSETS)[number];
