import type { JsonObject } from '../types.js';

/**
 * Page, from 1, on which a place of a paged document's text stands; null for a document without pages. `pageStarts` in the
 * metadata holds the offset at which each page begins.
 */
export function pageOf(metadata: JsonObject, offset: number): number | null {
  const starts = metadata['pageStarts'];
  if (!Array.isArray(starts) || starts.length === 0) return null;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(starts[middle]) <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(1, low);
}

/** Address of a page, as viewers of PDF files understand it; the document's own where there is no page. */
export function pageAddress(uri: string, page: number | null): string {
  return page === null || uri.includes('#') ? uri : `${uri}#page=${page}`;
}

/** An address without the page that {@link pageAddress} puts behind it. */
export function withoutPage(address: string): string {
  return address.replace(/#page=\d{1,9}$/, '');
}
