import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Version of the installed package. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** How we introduce ourselves to every origin. */
export function userAgent(version: string): string {
  return `Quarry/${version} (+local knowledge indexer)`;
}
