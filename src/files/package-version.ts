import { readFileSync } from 'node:fs';

/** Version of the installed package. */
export function packageVersion(): string {
  const manifest: { readonly version?: unknown } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return String(manifest.version);
}
