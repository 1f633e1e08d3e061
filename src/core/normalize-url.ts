/** Longest URL that is followed; longer ones come from traps, not from people. */
const MAX_URL_LENGTH = 2048;

/** Parameters that tell how a visitor came, never what the page says. */
const TRACKING =
  /^(?:utm_\w+|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|twclid|ttclid|yclid|ysclid|igshid|mc_cid|mc_eid|mkt_tok|_ga|_gl|_hsenc|_hsmi|hsctatracking|vero_id|vero_conv|oly_anon_id|oly_enc_id|s_cid|wickedid|_openstat|pk_\w+|mtm_\w+|matomo_\w+|piwik_\w+|phpsessid|jsessionid|sessionid|session_id|aspsessionid\w*|cfid|cftoken)$/i;

const SESSION_IN_PATH = /;jsessionid=[^/?#;]*/gi;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * One spelling for one place: http or https, host in lower case without a closing dot, no default port, no fragment,
 * no tracking or session parameters, percent-encoding in capitals and only where needed. The order of parameters and
 * a closing slash are kept, because servers may tell them apart. Undefined for what cannot or should not be fetched.
 */
export function normalizeUrl(text: string, base?: string): string | undefined {
  const url = parse(text, base);
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  url.hash = '';
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
  url.pathname = normalizeEscapes(url.pathname.replace(SESSION_IN_PATH, ''));
  const query = queryParts(url.search)
    .filter((part) => !TRACKING.test(nameOf(part)))
    .map(normalizeEscapes)
    .join('&');
  // With its question mark, because the query may begin with another one, which the setter would swallow.
  url.search = query === '' ? '' : `?${query}`;
  return url.href.length > MAX_URL_LENGTH ? undefined : url.href;
}

/** Key under which two spellings of the same query are one: the normalised URL with its parameters sorted. */
export function visitKey(url: string): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  return `${url.slice(0, at)}?${queryParts(url.slice(at)).sort().join('&')}`;
}

/** Number of parameters of a URL's query. */
export function countParameters(url: string): number {
  const at = url.indexOf('?');
  return at === -1 ? 0 : queryParts(url.slice(at)).length;
}

/**
 * Whether two URLs are spellings of one page that sites treat alike: http or https, with or without `www.`, a closing
 * slash, `index.html` or `.html`. The query must be the same.
 */
export function isSpellingOf(one: string, other: string): boolean {
  return pageKey(one) === pageKey(other);
}

/** Key of a normalised URL under which the spellings that {@link isSpellingOf} tells of are one. */
export function pageKey(text: string): string {
  const url = new URL(visitKey(text));
  const path = url.pathname
    .replace(/\/(?:index|default)\.(?:html?|php|aspx?|md)$/i, '/')
    .replace(/\.html?$/i, '')
    .replace(/\/+$/, '');
  return `${url.host.replace(/^www\./, '')}${path}${url.search}`;
}

function parse(text: string, base: string | undefined): URL | undefined {
  try {
    return new URL(text.trim(), base);
  } catch {
    // A broken address is no link.
    return undefined;
  }
}

function queryParts(search: string): string[] {
  return search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '');
}

function nameOf(part: string): string {
  const name = part.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    // A broken escape is compared as it stands.
    return name;
  }
}

/** `%7e` -> `~`, `%c3` -> `%C3`; escapes that carry meaning (`%2F`, `%3F`) stay. */
function normalizeEscapes(text: string): string {
  // Beside a percent sign that escapes nothing, decoding could make a new escape out of what was none.
  if (/%(?![0-9a-f]{2})/i.test(text)) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : whole.toUpperCase();
  });
}
