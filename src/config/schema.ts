import { z } from 'zod';

/** How a value read from the environment becomes typed. */
type Parser<T> = z.ZodType<T, string>;

const text = z.string().transform((value) => value.trim());
const flag = z
  .enum(['0', '1', 'false', 'true', 'no', 'yes', 'off', 'on'])
  .transform((value) => ['1', 'true', 'yes', 'on'].includes(value));
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const whole = (min: number, max: number): Parser<number> =>
  z.string().regex(/^\d+$/, 'a whole number').transform(Number).pipe(z.number().int().min(min).max(max));

/** One setting: where it is read from, what it defaults to, what it is for. */
interface Setting<T> {
  /** Environment variables that set it; the first one present wins. */
  readonly env: readonly [string, ...string[]];
  readonly parse: Parser<T>;
  readonly default: T;
  readonly help: string;
  /** Secrets are never printed or logged. */
  readonly secret?: true;
}

const setting = <T>(value: Setting<T>): Setting<T> => value;

/** Every setting of Quarry. The reference page and `quarry doctor` are made from this table. */
export const SETTINGS = {
  home: setting({
    env: ['QUARRY_HOME'],
    parse: text,
    default: '',
    help: 'Folder that holds everything Quarry keeps. Default: ~/.quarry.',
  }),
  workspace: setting({
    env: ['QUARRY_WORKSPACE'],
    parse: text,
    default: 'default',
    help: 'Workspace to use: letters, digits, dash and underscore.',
  }),
  model: setting({
    env: ['QUARRY_MODEL'],
    parse: text,
    default: '',
    help: 'Embedding model of this process: a name such as Xenova/bge-small-en-v1.5 or a local folder; wins over the choice of `quarry model use`. Default: that choice, else the bundled model.',
  }),
  modelDtype: setting({
    env: ['QUARRY_MODEL_DTYPE'],
    parse: text,
    default: '',
    help: 'Weights to load: fp32, fp16, q8, ...; for QUARRY_MODEL, and the default of `quarry model use`. Default: what the model registry says, usually q8.',
  }),
  modelCache: setting({
    env: ['QUARRY_MODEL_CACHE'],
    parse: text,
    default: '',
    help: 'Folder of downloaded models, laid out as <org>/<name>/. Default: models/ in the home folder.',
  }),
  allowRemoteModels: setting({
    env: ['QUARRY_ALLOW_REMOTE_MODELS'],
    parse: flag,
    default: true,
    help: 'Whether a named model may be downloaded when it is not in the cache.',
  }),
  reranker: setting({
    env: ['QUARRY_RERANKER'],
    parse: text,
    default: '',
    help: 'Cross-encoder for rerank, by name or local folder. Default: none.',
  }),
  threads: setting({
    env: ['QUARRY_THREADS'],
    parse: whole(0, 256),
    default: 0,
    help: 'Threads for a transformer model; 0 chooses by the number of cores.',
  }),
  host: setting({
    env: ['QUARRY_HOST'],
    parse: text,
    default: '127.0.0.1',
    help: 'Address that `quarry serve` listens on. Anything but loopback needs a key, or an issuer of tokens.',
  }),
  port: setting({
    env: ['QUARRY_PORT', 'PORT'],
    parse: whole(0, 65_535),
    default: 7411,
    help: 'Port that `quarry serve` listens on; 0 takes a free one.',
  }),
  apiKey: setting({
    env: ['QUARRY_API_KEY'],
    parse: text,
    default: '',
    help: 'Bearer key that HTTP clients must send. At least 16 characters.',
    secret: true,
  }),
  allowedHosts: setting({
    env: ['QUARRY_ALLOWED_HOSTS'],
    parse: list,
    default: [],
    help: 'Host names, comma separated, that clients may address the server by, besides loopback.',
  }),
  allowedOrigins: setting({
    env: ['QUARRY_ALLOWED_ORIGINS'],
    parse: list,
    default: [],
    help: 'Web origins, comma separated, that may call the server from a browser.',
  }),
  toolsets: setting({
    env: ['QUARRY_TOOLSETS'],
    parse: list,
    default: ['knowledge'],
    help: 'Toolsets to offer to those that a server serves (MCP over stdio and HTTP, REST, OpenAPI), comma separated, or `all`. The command line and the library are yours and have everything.',
  }),
  allowPrivateNetwork: setting({
    env: ['QUARRY_ALLOW_PRIVATE_NETWORK'],
    parse: flag,
    default: false,
    help: 'Whether web sources may be on loopback or private addresses, and git remotes that callers over HTTP name. The command line and MCP over stdio may always name such git remotes; it is the door that decides, not QUARRY_HOST.',
  }),
  allowedRoots: setting({
    env: ['QUARRY_ALLOWED_ROOTS'],
    parse: list,
    default: [],
    help: 'Folders, comma separated, that callers over HTTP (REST and MCP) may read: sources, suites, runs, baselines, data. For reading only, see QUARRY_EXPORT_ROOTS. Default: none. The command line and MCP over stdio may read any. The door decides, on whatever address the server listens.',
  }),
  exportRoots: setting({
    env: ['QUARRY_EXPORT_ROOTS'],
    parse: list,
    default: [],
    help: 'Folders, comma separated, that callers over HTTP may write to: reports, suites, datasets, models. Their relative paths start at the first. Default: exports in the home folder. What is there can be read back only if QUARRY_ALLOWED_ROOTS names it too. The command line and MCP over stdio may write anywhere.',
  }),
  githubToken: setting({
    env: ['QUARRY_GITHUB_TOKEN', 'GITHUB_TOKEN', 'GH_TOKEN'],
    parse: text,
    default: '',
    help: 'Token for private repositories, issues and higher rate limits.',
    secret: true,
  }),
  githubApiUrl: setting({
    env: ['QUARRY_GITHUB_API_URL'],
    parse: text,
    default: 'https://api.github.com',
    help: 'REST API base URL, for GitHub Enterprise.',
  }),
  maxBodyBytes: setting({
    env: ['QUARRY_MAX_BODY_BYTES'],
    parse: whole(1024, 2 ** 30),
    default: 16 * 1024 * 1024,
    help: 'Largest HTTP request body or line over stdio, whatever an operation takes; most take 64 KiB.',
  }),
  rateLimit: setting({
    env: ['QUARRY_RATE_LIMIT'],
    parse: whole(0, 1_000_000),
    default: 0,
    help: 'HTTP requests a minute for each client (a key, or else an address), health checks excepted. Default 0: no limit on loopback, 600 elsewhere.',
  }),
  rateLimitBurst: setting({
    env: ['QUARRY_RATE_LIMIT_BURST'],
    parse: whole(0, 1_000_000),
    default: 0,
    help: 'HTTP requests in ten seconds for each client. Default 0: a sixth of those in a minute.',
  }),
  rateLimitHour: setting({
    env: ['QUARRY_RATE_LIMIT_HOUR'],
    parse: whole(0, 100_000_000),
    default: 0,
    help: 'HTTP requests in an hour for each client. Default 0: no limit.',
  }),
  rateLimitDay: setting({
    env: ['QUARRY_RATE_LIMIT_DAY'],
    parse: whole(0, 1_000_000_000),
    default: 0,
    help: 'HTTP requests in a day for each client. Default 0: no limit.',
  }),
  maxConcurrent: setting({
    env: ['QUARRY_MAX_CONCURRENT'],
    parse: whole(0, 100_000),
    default: 0,
    help: 'HTTP requests of each client under way at once. Default 0: no limit on loopback, 128 elsewhere.',
  }),
  redisUrl: setting({
    env: ['QUARRY_REDIS_URL'],
    parse: text,
    default: '',
    help: 'Redis in which several servers count requests together: redis://[user:password@]host[:port], rediss:// for TLS. While it cannot be reached each counts in memory. Default: in memory.',
    secret: true,
  }),
  oauthIssuer: setting({
    env: ['QUARRY_OAUTH_ISSUER'],
    parse: text,
    default: '',
    help: 'Issuer of OAuth access tokens (JWT) that `quarry serve` accepts besides keys, as it stands in them. Default: none.',
  }),
  oauthAudience: setting({
    env: ['QUARRY_OAUTH_AUDIENCE'],
    parse: text,
    default: '',
    help: 'What tokens for this server name as their audience; best its own address, https://quarry.example/mcp. Needed with an issuer.',
  }),
  oauthJwksUrl: setting({
    env: ['QUARRY_OAUTH_JWKS_URL'],
    parse: text,
    default: '',
    help: 'Where the issuer publishes its keys (JWKS), https or on this machine. Needed with an issuer.',
  }),
  oauthResource: setting({
    env: ['QUARRY_OAUTH_RESOURCE'],
    parse: text,
    default: '',
    help: 'Address of MCP as clients know it, for the metadata of the protected resource. Default: the audience.',
  }),
  oauthAlgorithms: setting({
    env: ['QUARRY_OAUTH_ALGORITHMS'],
    parse: list,
    default: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    help: 'Signatures that are accepted, comma separated: RS256 to RS512, PS256 to PS512, ES256 to ES512, EdDSA, Ed25519.',
  }),
  oauthScopePrefix: setting({
    env: ['QUARRY_OAUTH_SCOPE_PREFIX'],
    parse: text,
    default: '',
    help: 'What stands before read, write, curate, benchmark, train and admin in the scopes of tokens, for instance quarry:. Default: nothing.',
  }),
  oauthWorkspaceClaim: setting({
    env: ['QUARRY_OAUTH_WORKSPACE_CLAIM'],
    parse: text,
    default: '',
    help: 'Claim with the name of the workspace that a token is for; a token without it is then refused. Default: all tokens are for the workspace that the server has open.',
  }),
  trustedProxies: setting({
    env: ['QUARRY_TRUSTED_PROXIES'],
    parse: list,
    default: [],
    help: 'Addresses and networks, comma separated, of proxies in front whose X-Forwarded-For tells the client that limits and the log count. Default: none, the connection itself tells it.',
  }),
  proxy: setting({
    env: ['QUARRY_PROXY', 'HTTPS_PROXY', 'https_proxy'],
    parse: text,
    default: '',
    help: 'HTTP proxy for web sources.',
    secret: true,
  }),
  keptPagesBytes: setting({
    env: ['QUARRY_KEPT_PAGES_BYTES'],
    parse: whole(0, 1_000_000_000_000),
    default: 1_000_000_000,
    help: 'Bytes for the packed bodies of a web source’s pages, kept so that newer rules can read them without fetching them again; 0 keeps none.',
  }),
  queryLog: setting({
    env: ['QUARRY_QUERY_LOG'],
    parse: z.enum(['off', 'on', 'explore']),
    default: 'off' as const,
    help: 'Whether searches and feedback are remembered in the workspace, scrubbed of secrets and personal data: off, on, or explore, which also shows the first result at another place in one search of ten, to learn how much places count. Nothing leaves the machine.',
  }),
  queryLogDays: setting({
    env: ['QUARRY_QUERY_LOG_DAYS'],
    parse: whole(1, 3_650),
    default: 90,
    help: 'How many days searches and feedback are remembered; at most the newest 8 MiB of each besides. feedback_forget deletes all at once.',
  }),
  learnEveryHours: setting({
    env: ['QUARRY_LEARN_EVERY_HOURS'],
    parse: whole(0, 8_760),
    default: 0,
    help: 'How often `quarry serve` learns for the specialists in use: queues candidates for judging, trains, proves, and promotes what is proven. Default 0: never.',
  }),
  learnBudgetMinutes: setting({
    env: ['QUARRY_LEARN_BUDGET_MINUTES'],
    parse: whole(1, 1_440),
    default: 20,
    help: 'How long one such cycle may take.',
  }),
  audit: setting({
    env: ['QUARRY_AUDIT'],
    parse: z.enum(['off', 'http', 'all']),
    default: 'http' as const,
    help: 'Whose writes, denials and administrative reads are written to the audit log in the home: http (callers over HTTP, where a key is asked for), all (every door, the command line and MCP over stdio too), or off. Changes of keys and workspaces are always written, unless it is off.',
  }),
  auditDays: setting({
    env: ['QUARRY_AUDIT_DAYS'],
    parse: whole(0, 36_500),
    default: 365,
    help: 'How many days lines of the audit log are kept. 0: for ever.',
  }),
  logLevel: setting({
    env: ['QUARRY_LOG_LEVEL'],
    parse: z.enum(['silent', 'error', 'warn', 'info', 'debug']),
    default: 'warn' as const,
    help: 'How much is logged to stderr: silent, error, warn, info or debug.',
  }),
} as const;

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** All settings, typed. */
export type Config = { readonly [K in SettingName]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never };
