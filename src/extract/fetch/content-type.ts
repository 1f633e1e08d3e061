/** A parsed Content-Type header. */
export interface ContentType {
  /** Lower case, without parameters; empty when the header says nothing usable. */
  readonly mediaType: string;
  /** Lower case; empty when not given. */
  readonly charset: string;
}

/** Reads a Content-Type header; never throws. */
export function parseContentType(header: string | undefined): ContentType {
  const [first = '', ...parameters] = (header ?? '').split(';');
  const mediaType = first.trim().toLowerCase();
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*["']?([^"'\s]+)/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return {
    mediaType: /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(mediaType) ? mediaType : '',
    charset: charset?.toLowerCase() ?? '',
  };
}
