/** How we introduce ourselves to every origin. */
export function userAgent(version: string): string {
  return `Quarry/${version} (+local knowledge indexer)`;
}
