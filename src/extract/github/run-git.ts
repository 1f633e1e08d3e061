import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { QuarryError, systemCode, throwIfCancelled } from '../../core/errors.js';

/** How git is started. */
export interface GitSettings {
  /** Environment of the git processes: PATH, HOME, proxies, ssh agent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Token for `tokenHost` and nothing else; empty for none. Travels in the environment, never on a command line. */
  readonly token: string;
  /** Address (`https://github.com`) that the token belongs to. */
  readonly tokenHost: string;
  /** Whether remotes on loopback and private addresses may be asked. */
  readonly allowPrivateNetwork: boolean;
  /** Settings of git for every call. */
  readonly config?: readonly (readonly [string, string])[];
  /** Whether git tells of its HTTP traffic. */
  readonly traceHttp?: boolean;
}

/** One git command. */
export interface GitCall {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** Milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
}

/** An environment that finds git in its usual places, for callers that give none. */
export function plainEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin', HOME: homedir() };
}

const MAX_OUTPUT_BYTES = 512_000_000;
const MAX_ERROR_CHARACTERS = 20_000;

/** Settings that keep git from running anything and from asking anyone. */
const CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.quotePath', 'false'],
  ['gc.autoDetach', 'false'],
  ['maintenance.autoDetach', 'false'],
  ['credential.interactive', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  ['transfer.bundleURI', 'false'],
  ['protocol.allow', 'never'],
  ['protocol.file.allow', 'always'],
  ['protocol.http.allow', 'always'],
  ['protocol.https.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  ['protocol.git.allow', 'always'],
  ['http.lowSpeedLimit', '500'],
  ['http.lowSpeedTime', '60'],
];

/** Starts git without a shell, hooks or prompts. */
export function startGit(settings: GitSettings, args: readonly string[]): ChildProcessWithoutNullStreams {
  // A group of its own: git's helpers must end with it, and only the group reaches them all.
  return spawn('git', args, { env: environmentOf(settings), stdio: 'pipe', detached: true, windowsHide: true });
}

/** Ends a git process with its helpers: politely, so that locks are cleared away, then for certain. */
export function stopGit(child: ChildProcessWithoutNullStreams): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 2000).unref();
  child.once('close', () => clearTimeout(timer));
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone, or the system knows none.
    child.kill(signal);
  }
}

function environmentOf(settings: GitSettings): Record<string, string | undefined> {
  const config = [...CONFIG, ...(settings.config ?? [])];
  if (settings.token !== '') {
    const basic = Buffer.from(`x-access-token:${settings.token}`).toString('base64');
    config.push([`http.${settings.tokenHost}/.extraHeader`, `Authorization: Basic ${basic}`]);
  }
  const environment: Record<string, string | undefined> = {};
  // What a surrounding git sets (GIT_DIR in a hook) must not lead ours elsewhere.
  for (const [key, value] of Object.entries(settings.environment)) {
    if (!key.startsWith('GIT_') || /^GIT_(?:SSL_|SSH|PROXY|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$|EXEC_PATH$)/.test(key))
      environment[key] = value;
  }
  environment['GIT_TERMINAL_PROMPT'] = '0';
  environment['GIT_ASKPASS'] = 'true';
  environment['SSH_ASKPASS'] = 'true';
  environment['GIT_ALLOW_PROTOCOL'] = 'file:http:https:ssh:git';
  environment['GIT_PROTOCOL_FROM_USER'] = '0';
  environment['GIT_OPTIONAL_LOCKS'] = '0';
  environment['LC_ALL'] = 'C';
  if (settings.traceHttp === true) environment['GIT_TRACE_CURL'] = '1';
  environment['GIT_CONFIG_COUNT'] = String(config.length);
  config.forEach(([key, value], at) => {
    environment[`GIT_CONFIG_KEY_${at}`] = key;
    environment[`GIT_CONFIG_VALUE_${at}`] = value;
  });
  return environment;
}

/**
 * Runs git to its end and gives what it wrote.
 * @throws QuarryError GIT_FAILED, GITHUB_UNAUTHORIZED, TIMEOUT, CANCELLED
 */
export async function runGit(settings: GitSettings, call: GitCall): Promise<Buffer> {
  return (await runToEnd(settings, call)).output;
}

/** Runs git to its end and gives what it tells of its HTTP requests and their answers; secrets are left out by git. @throws as {@link runGit} */
export async function traceGit(settings: GitSettings, call: GitCall): Promise<string> {
  return (await runToEnd({ ...settings, traceHttp: true }, call)).errors;
}

async function runToEnd(settings: GitSettings, call: GitCall): Promise<GitResult> {
  throwIfCancelled(call.signal);
  const child = startGit(settings, call.args);
  child.stdin.end();
  let end: (error: QuarryError) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    end = (error) => {
      stopGit(child);
      reject(error);
    };
  });
  const onAbort = (): void => end(new QuarryError('CANCELLED', 'The work was cancelled.'));
  call.signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => end(timedOut()), call.timeoutMs ?? 120_000);
  try {
    const result = await Promise.race([collect(child, () => end(tooMuch())), stopped]);
    if (result.code !== 0) throw gitFailure(result.errors, settings);
    return result;
  } finally {
    clearTimeout(timer);
    call.signal.removeEventListener('abort', onAbort);
  }
}

interface GitResult {
  readonly output: Buffer;
  readonly errors: string;
  readonly code: number | null;
}

function collect(child: ChildProcessWithoutNullStreams, onTooMuch: () => void): Promise<GitResult> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let errors = '';
  child.stdin.on('error', () => undefined); // git may end before it has read anything; its exit code tells.
  child.stdout.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_OUTPUT_BYTES) onTooMuch();
    else parts.push(part);
  });
  child.stderr.on('data', (part: Buffer) => {
    if (errors.length < MAX_ERROR_CHARACTERS) errors += part.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(error)));
    child.on('close', (code) => resolve({ output: Buffer.concat(parts), errors, code }));
  });
}

/** The error for git that could not even be started. */
export function notStarted(error: unknown): QuarryError {
  const isMissing = systemCode(error) === 'ENOENT';
  return new QuarryError(
    'GIT_FAILED',
    isMissing ? 'The git program was not found.' : 'The git program could not be started.',
    {
      hint: 'Install git and see that it is on the PATH.',
      cause: error,
    },
  );
}

/** Turns git's complaints into an error. Secrets and user names in addresses are taken out. */
export function gitFailure(errors: string, settings: Pick<GitSettings, 'token'>): QuarryError {
  const said = withoutSecrets(errors, settings.token);
  const isRefused =
    /authentication failed|could not read (?:username|password)|permission denied|403 forbidden|access denied|repository not found|returned error: (?:401|403)|invalid username or/i.test(
      said,
    );
  if (isRefused) {
    return new QuarryError('GITHUB_UNAUTHORIZED', `The repository does not exist, or may not be read: ${said}`, {
      hint: 'Check the name. For a private repository set QUARRY_GITHUB_TOKEN to a token that may read it, or use an ssh address.',
    });
  }
  const isOwner = /dubious ownership/i.test(said);
  return new QuarryError('GIT_FAILED', `git failed: ${said}`, {
    hint: isOwner
      ? 'Another user owns the repository. Allow it with: git config --global --add safe.directory <path>'
      : 'Check the address and the network, then sync again. Nothing was removed from the index.',
  });
}

function withoutSecrets(errors: string, token: string): string {
  const clean = (token === '' ? errors : errors.replaceAll(token, '***')).replace(/\/\/[^/\s@]*@/g, '//');
  const lines = clean
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:warning|hint):/i.test(line));
  const plain = lines.filter((line) => /^(?:fatal|error|remote):/i.test(line));
  return ((plain.length > 0 ? plain : lines).slice(-4).join(' ') || 'no reason given').slice(0, 600);
}

function timedOut(): QuarryError {
  return new QuarryError('TIMEOUT', 'git took too long.', {
    hint: 'Check the network, then sync again. Nothing was removed from the index.',
  });
}

function tooMuch(): QuarryError {
  return new QuarryError('GIT_FAILED', 'git answered with more than can be held.', {
    hint: 'Name a folder of the repository: owner/repo@branch:folder.',
  });
}
