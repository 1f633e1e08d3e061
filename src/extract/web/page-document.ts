import type { ExtractedDocument } from '../../core/types.js';
import type { FetchedPage } from './page-answer.js';

/** What a page's document needs besides the page. */
export interface PageFacts {
  /** Address that the document is known by. */
  readonly uri: string;
  /** Links from the start page. */
  readonly depth: number;
  /** ISO 8601 time that the sitemap gives; empty when it gives none. */
  readonly listedAt: string;
}

/** The document of a page: its own date first, then the sitemap's, then Last-Modified, which is often the time of deployment. */
export function toDocument(page: FetchedPage, facts: PageFacts): ExtractedDocument {
  const { document } = page;
  return {
    uri: facts.uri,
    title: document.title,
    text: document.text,
    format: document.format,
    mediaType: document.mediaType,
    language: document.language,
    licence: document.licence,
    revision: page.revision,
    modifiedAt: document.modifiedAt || facts.listedAt || page.lastModified,
    category: document.category,
    tags: document.tags,
    status: 'active',
    confidence: 1,
    metadata: {
      ...document.metadata,
      status: page.status,
      depth: facts.depth,
      ...(page.url === facts.uri ? {} : { fetchedUrl: page.url }),
      ...(page.lastModified === '' ? {} : { lastModified: page.lastModified }),
    },
  };
}
