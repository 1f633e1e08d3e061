import { execFileSync, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A bare repository with a working copy beside it to change it from. */
export class TestRepository {
  constructor(
    readonly bare: string,
    private readonly work: string,
  ) {}

  /** Makes an empty repository whose branch is `main`. */
  static create(folder: string, name = 'repo'): TestRepository {
    const repository = new TestRepository(path.join(folder, `${name}.git`), path.join(folder, `${name}-work`));
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', repository.bare]);
    execFileSync('git', ['clone', '-q', repository.bare, repository.work], { stdio: 'ignore' });
    repository.git('checkout', '-q', '-B', 'main');
    return repository;
  }

  /** Runs git in the working copy. */
  git(...args: string[]): string {
    const identity = [
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@t',
      '-c',
      'protocol.file.allow=always',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...identity, ...args], {
      cwd: this.work,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString();
  }

  /** Folder of the working copy. */
  get folder(): string {
    return this.work;
  }

  async put(file: string, content: string | Uint8Array): Promise<void> {
    const target = path.join(this.work, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }

  /** Commits everything and pushes the current branch; gives the commit id. */
  push(message = 'change', ...options: string[]): string {
    this.git('add', '-A', '-f');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    this.git('push', '-q', ...options, 'origin', 'HEAD');
    return this.git('rev-parse', 'HEAD').trim();
  }
}

/** A request as a loopback server saw it. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server on loopback. */
export interface LoopbackServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const seen: SeenRequest[] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object once it listens.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * Serves the bare repositories of a folder over smart HTTP, through git's own backend; `isRefused` answers with 401.
 */
export function serveGit(
  folder: string,
  isRefused: (request: IncomingMessage) => boolean = () => false,
): Promise<LoopbackServer> {
  const backend = path.join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend');
  return serve((request, response) => {
    if (isRefused(request)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
      response.end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://loopback');
    const child = spawn(backend, [], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('close', () => {
      const answer = Buffer.concat(parts);
      const end = answer.indexOf('\r\n\r\n');
      const head = answer.subarray(0, end).toString('latin1').split('\r\n');
      const status = head.find((line) => line.startsWith('Status:'));
      for (const line of head) {
        const [name = '', value = ''] = line.split(': ');
        if (name !== 'Status') response.setHeader(name, value);
      }
      response.statusCode = status === undefined ? 200 : Number(status.slice(8, 11));
      response.end(answer.subarray(end + 4));
    });
  });
}
