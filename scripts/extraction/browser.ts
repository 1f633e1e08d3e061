import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'undici';

/** What a browser shows of a page. */
export interface ShownPage {
  readonly title: string;
  /** `innerText` of the body: what is visible, line by line. */
  readonly text: string;
  /** Text of each visible heading, in order. */
  readonly headings: readonly string[];
  /** Text of each visible `pre`, in order. */
  readonly code: readonly string[];
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
/** Buttons of listings and lists that only lead to places of the same page are no text of it. */
const READ = `(() => {
  const words = (e) => e.textContent.replace(/[^\\p{L}\\p{N}]+/gu, '').length;
  for (const e of document.querySelectorAll('pre button, pre + button, button.copy-button, .headerlink')) e.remove();
  for (const e of document.querySelectorAll('ul, ol, dl.toc')) {
    const links = [...e.querySelectorAll('a[href]')];
    const own = links.filter((a) => a.hash !== '' && a.href.split('#')[0] === location.href.split('#')[0]);
    const linked = own.reduce((sum, a) => sum + words(a), 0);
    if (own.length > 1 && own.length === links.length && linked >= 0.9 * words(e)) e.remove();
  }
  const shown = (e) => e.checkVisibility() && e.innerText.trim() !== '';
  const all = (names) => [...document.querySelectorAll(names)].filter(shown);
  return JSON.stringify({
    title: document.title,
    text: document.body?.innerText ?? '',
    headings: all('h1,h2,h3,h4,h5,h6').map((e) => e.innerText),
    code: all('pre').map((e) => e.innerText),
  });
})()`;

/** A browser without a window, asked by the DevTools protocol. Pages get no network. */
export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: Record<string, unknown>) => void>();
  readonly #onLoad = new Set<() => void>();
  #session = '';
  #last = 0;

  private constructor(parts: { process: ChildProcess; profile: string; socket: WebSocket }) {
    this.#process = parts.process;
    this.#profile = parts.profile;
    this.#socket = parts.socket;
    this.#socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
  }

  /** Starts the first browser that is there; undefined when there is none. */
  static async start(): Promise<Browser | undefined> {
    for (const program of PROGRAMS) {
      const browser = await Browser.#startProgram(program);
      if (browser !== undefined) return browser;
    }
    return undefined;
  }

  static async #startProgram(program: string): Promise<Browser | undefined> {
    const profile = await mkdtemp(join(tmpdir(), 'quarry-browser-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'];
    const offline = ['--host-resolver-rules=MAP * ~NOTFOUND', '--no-first-run', '--allow-file-access-from-files'];
    const child = spawn(program, [...flags, ...offline, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = await addressOf(child);
    if (address === undefined) {
      await rm(profile, { recursive: true, force: true });
      return undefined;
    }
    const socket = new WebSocket(address);
    await new Promise<void>((resolve) => socket.addEventListener('open', () => resolve(), { once: true }));
    const browser = new Browser({ process: child, profile, socket });
    await browser.#openTab();
    return browser;
  }

  async #openTab(): Promise<void> {
    const { targetId } = await this.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(sessionId);
    await this.#ask('Page.enable', {});
  }

  /** What the browser shows of a file. */
  async show(file: string): Promise<ShownPage> {
    const loaded = new Promise<void>((resolve) => {
      const done = (): void => {
        this.#onLoad.delete(done);
        clearTimeout(timer);
        resolve();
      };
      // A page that never finishes is read as far as it is.
      const timer = setTimeout(done, 10_000);
      this.#onLoad.add(done);
    });
    await this.#ask('Page.navigate', { url: pathToFileURL(file).href });
    await loaded;
    const { result } = await this.#ask('Runtime.evaluate', { expression: READ, returnByValue: true });
    // The expression above gives this shape.
    return JSON.parse((result as { value: string }).value) as ShownPage;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket.close();
    this.#process.kill();
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #ask(method: string, params: object): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #hear(data: string): void {
    // The protocol's messages are answers with an id, or events with a method.
    const message = JSON.parse(data) as { id?: number; method?: string; result?: Record<string, unknown> };
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message.result ?? {});
      this.#waiting.delete(message.id);
    } else if (message.method === 'Page.loadEventFired') for (const listener of [...this.#onLoad]) listener();
  }
}

/** Where the browser listens, which it says on stderr; undefined when it could not be started. */
function addressOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
    if (child.stderr === null) return;
    createInterface(child.stderr).on('line', (line) => {
      const found = /listening on (ws:\S+)/.exec(line);
      if (found !== null) resolve(found[1]);
    });
  });
}
