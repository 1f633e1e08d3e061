import type { Losses } from '../../core/losses.js';
import type { DocumentFormat, JsonObject } from '../../core/types.js';

export type { Losses } from '../../core/losses.js';
export type { LossKind } from '../../core/types.js';

/** A link found in a page, for crawlers. */
export interface DocumentLink {
  /** Absolute http(s) URL without a fragment. */
  readonly url: string;
  /** True when the link asks not to be followed (`rel=nofollow`). */
  readonly nofollow: boolean;
}

/** What a document says of itself. The adapters add where it came from. */
export interface ParsedDocument {
  /** Never empty: the document's own title, its first heading, or the last part of its address. */
  readonly title: string;
  /** Normalised text (see core/text/normalize-text), Markdown for prose. Empty when there is nothing to read. */
  readonly text: string;
  readonly format: DocumentFormat;
  /** Programming or data language for code, else a BCP 47 tag when the document names one, else empty. */
  readonly language: string;
  /** Media type of what was read, without parameters. */
  readonly mediaType: string;
  readonly tags: readonly string[];
  readonly category: string;
  /** SPDX expression when the document names one, else empty. */
  readonly licence: string;
  /** ISO 8601 UTC time that the document itself gives, else empty. */
  readonly modifiedAt: string;
  readonly metadata: JsonObject;
  /** Links of the whole page in document order, navigation included, each once. Empty for anything but HTML. */
  readonly links: readonly DocumentLink[];
  /** What the document has and `text` lacks, by kind; absent when nothing is known to be missing. */
  readonly losses?: Losses | undefined;
  /** Other titles that the document gives itself, for when many of a source share `title`: what an HTML page's head says. */
  readonly titles?: readonly string[] | undefined;
  /** What only web pages say. */
  readonly page?: PageDirectives | undefined;
}

/** What an HTML page tells crawlers. */
export interface PageDirectives {
  /** Absolute canonical URL, else empty. */
  readonly canonical: string;
  /** Lower-case directives of the robots meta elements, for instance `noindex`. */
  readonly robots: readonly string[];
  /** Target of a meta refresh, absolute, else empty. */
  readonly refresh: string;
}

/** Ceilings that keep one document from harming the rest. */
export interface ParseLimits {
  /** Bytes read of one document. Default: 20 MB of text, 50 MB of PDF, DOCX and notebooks. */
  readonly maxBytes: number;
  /** UTF-16 code units of the resulting text. Default 10,000,000. */
  readonly maxCharacters: number;
  /** Milliseconds for formats that a hostile file can make slow (PDF, DOCX, large HTML). Default 60,000. */
  readonly timeoutMs: number;
  /** Bytes by which the process may grow while such a format is read. Default 700,000,000. */
  readonly maxMemoryBytes: number;
}

/** What is known about bytes before they are read. */
export interface ParseRequest {
  /** Address shown in messages, and the base of relative links. */
  readonly uri: string;
  /** Media type as the origin says it, with or without parameters. */
  readonly mediaType?: string | undefined;
  /** Charset as the origin says it. */
  readonly charset?: string | undefined;
  /** File name or path; the last part of the uri where absent. */
  readonly fileName?: string | undefined;
  readonly limits?: Partial<ParseLimits> | undefined;
  /** Gives up at once on a format that takes long. */
  readonly signal?: AbortSignal | undefined;
}

/** What a format's own parser gives; the rest is filled in by parseDocument. */
export type ParsedBody = Pick<ParsedDocument, 'text' | 'format'> &
  Partial<Omit<ParsedDocument, 'text' | 'format' | 'mediaType'>>;
