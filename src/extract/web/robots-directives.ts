import { ROBOT_NAME } from './robots.js';

/** What a page asks of robots. */
export interface RobotsDirectives {
  readonly isNoindex: boolean;
  readonly isNofollow: boolean;
}

/** Directives that carry a value behind a colon, so that the colon names no robot. */
const VALUED = new Set(['unavailable_after', 'max-snippet', 'max-image-preview', 'max-video-preview']);

/** Joins the words of a page's robots meta elements with its X-Robots-Tag header; parts for other robots are passed over. */
export function readDirectives(meta: readonly string[], header: string | undefined): RobotsDirectives {
  const words = new Set([...meta, ...headerWords(header ?? '')]);
  return {
    isNoindex: words.has('noindex') || words.has('none'),
    isNofollow: words.has('nofollow') || words.has('none'),
  };
}

function headerWords(header: string): string[] {
  let isForUs = true;
  return header
    .toLowerCase()
    .split(',')
    .flatMap((part) => {
      const [name = '', value] = part.split(':', 2).map((piece) => piece.trim());
      if (value === undefined || VALUED.has(name)) return isForUs ? [name] : [];
      isForUs = name === ROBOT_NAME || name === '*';
      return isForUs ? [value] : [];
    });
}
