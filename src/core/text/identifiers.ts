/**
 * The words hidden inside the identifiers of a text that a tokenizer splitting at everything but letters and digits
 * does not find: `call getUserName(user_id)` -> `get user name`, `HTTPServer2` -> `http server 2`, `parseURLs` -> `parse urls`. Each identifier counts once, in order of appearance;
 * words joined by a space, empty when there is nothing to add. Names that are one word to people (`JavaScript`) and
 * machine strings (hashes, base64) are left alone.
 */
export function splitIdentifiers(text: string): string {
  const seen = new Set<string>();
  const words: string[] = [];
  for (const word of text.match(WORD) ?? []) {
    if (word.length > LONGEST_IDENTIFIER || !SEAM.test(word) || seen.has(word)) continue;
    seen.add(word);
    if (ONE_WORD_NAMES.has(word)) continue;
    const parts = humps(word);
    if (parts.length < 2 || isMachineString(word, parts)) continue;
    for (const part of parts) words.push(part.toLowerCase());
  }
  return words.join(' ');
}

const LONGEST_IDENTIFIER = 80;

/** The bound keeps an endless word from overflowing the stack of the regular expression. */
const WORD = /[\p{L}\p{M}\p{N}]{1,65536}/gu;

/** Where a capital or a digit meets something else; a word without such a place hides nothing. */
const SEAM = /[\p{Ll}\p{M}]\p{Lu}|\p{Lu}{2}\p{Ll}|\p{L}\p{N}|\p{N}\p{L}/u;

/** Before a capital that follows a small letter, before the last capital of an acronym, and where digits begin or end. */
const HUMP =
  /(?<=[\p{Ll}\p{M}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})(?!\p{Lu}s(?!\p{Ll}))|(?<=[\p{L}\p{M}])(?=\p{N})|(?<=\p{N})(?=\p{L})/u;

function humps(word: string): string[] {
  return word.split(HUMP);
}

function isMachineString(word: string, parts: readonly string[]): boolean {
  if (/^[0-9a-f]{7,}$/i.test(word) && /\d/.test(word)) return true;
  return parts.length > 3 && parts.length * 2.5 > word.length;
}

const ONE_WORD_NAMES: ReadonlySet<string> = new Set(
  `JavaScript TypeScript CoffeeScript ECMAScript PowerShell GitHub GitLab YouTube LinkedIn WordPress PostgreSQL MySQL
  SQLite GraphQL MongoDB DynamoDB LanceDB OpenAI ChatGPT HuggingFace PyTorch TensorFlow NumPy SciPy FastAPI WebAssembly
  WebSocket WebSockets WebGL WebGPU OpenGL LaTeX BibTeX DevOps DevTools macOS iOS iPadOS iPhone iPad eBay PayPal
  McDonald MacBook JetBrains IntelliJ VSCode BitBucket RabbitMQ CircleCI TeamCity NuGet jQuery OAuth OpenSSL OpenSSH
  FreeBSD OpenBSD NetBSD VMware VirtualBox CentOS NaN IPv4 IPv6 e2e i18n l10n a11y k8s`.split(/\s+/),
);
