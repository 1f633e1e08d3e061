import type { DocumentFormat } from '../types.js';

/** Kinds of document that answer few questions and hold many words: they stand back unless a question asks for them. */
export type DocumentKind = 'test' | 'release-notes' | 'other';

/** What the kind of a document is told from. */
export interface KindParts {
  /** Path or address. */
  readonly path: string;
  readonly title: string;
  readonly format: DocumentFormat;
  /** Headings above the passage. */
  readonly headingPath: readonly string[];
}

/** How much of its score a passage keeps that nobody asked for. */
const KEPT: Readonly<Record<DocumentKind, number>> = { test: 0.8, 'release-notes': 0.85, other: 1 };

const TEST_DATA_FOLDER = /(?:^|\/)(?:testdata|test[-_]data|__tests__|__snapshots__|__fixtures__|fixtures?|goldens?)\//i;
const TEST_FOLDER = /(?:^|\/)(?:tests?|specs?|e2e|unittests?)\//i;
const TEST_FILE =
  /(?:^|\/)(?:test_[^/]+|conftest|[^/]+[._-](?:tests?|spec|e2e|golden)|[^/]+Tests?)\.[a-z0-9.]+$|\.(?:golden|snap)$/i;
const RELEASE_FILE =
  /(?:^|\/)(?:change[-_ ]?log|changes|history|news|release[-_ ]?notes|releases|what'?s[-_ ]?new)[^/]*$/i;
const RELEASE_FOLDER =
  /(?:^|\/)(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?notes|releases|whats[-_ ]?new)\//i;
const VERSION = /(?:^|[^\d.])v?\d+\.\d+(?:\.\d+)*(?![\d.])|\bunreleased\b/i;
const RELEASE_WORDS = /\b(?:change ?log|release notes|release history|what'?s new|changes in)\b/i;

/**
 * What kind of document a passage belongs to. A name alone does not make release notes: a page on history has no versions
 * in its headings; a page of documentation in a folder called `tests` is no test.
 */
export function documentKind({ path, title, format, headingPath }: KindParts): DocumentKind {
  if (TEST_DATA_FOLDER.test(path) || TEST_FILE.test(path)) return 'test';
  if (TEST_FOLDER.test(path) && format === 'code') return 'test';
  const headings = [title, ...headingPath];
  const isDated = headings.some((heading) => VERSION.test(heading) || RELEASE_WORDS.test(heading));
  const isNamed = RELEASE_FILE.test(path) || (RELEASE_FOLDER.test(path) && VERSION.test(path.replace(/^.*\//, '')));
  return format !== 'code' && isNamed && isDated ? 'release-notes' : 'other';
}

const ASKS_FOR_TESTS = /\b(?:tests?|testing|tested|specs?|fixtures?|goldens?|snapshots?|assert\w*|mock\w*)\b/i;
const ASKS_FOR_RELEASES =
  /\b(?:releases?|released|versions?|change ?logs?|changed|changes|since|upgrad\w*|migrat\w*|deprecat\w*|breaking|removed|added|fixed|when|v?\d+\.\d+(?:\.\d+)*)\b/i;

/** The part of its score that a passage of this kind keeps for this query, 0 to 1. */
export function kindFactor(kind: DocumentKind, query: string): number {
  if (kind === 'test' && ASKS_FOR_TESTS.test(query)) return 1;
  if (kind === 'release-notes' && ASKS_FOR_RELEASES.test(query)) return 1;
  return KEPT[kind];
}
