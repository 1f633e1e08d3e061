import type { Job } from '../../core/types.js';
import { toJobShape } from '../../operations/job-shape.js';
import type { Terminal } from './terminal.js';

const WIDTH = 24;
const REDRAW_MS = 100;

/** Draws one line of progress on a terminal's stderr; draws nothing elsewhere. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #isOn: boolean;
  #drawnAt = 0;
  #isDrawn = false;

  constructor(terminal: Terminal, quiet: boolean) {
    this.#terminal = terminal;
    this.#isOn = !quiet && terminal.stderr.isTTY === true;
  }

  /** Shows how the job is. */
  draw(job: Job, nowMs: number): void {
    if (!this.#isOn || nowMs - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = nowMs;
    this.#isDrawn = true;
    const line = progressLine(job).slice(0, (this.#terminal.stderr.columns ?? 80) - 1);
    this.#terminal.stderr.write(`\r\u001b[2K${line}`);
  }

  /** Clears the line. */
  clear(): void {
    if (this.#isDrawn) this.#terminal.stderr.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}

/** One line: bar, counts, rate, time left. */
function progressLine(job: Job): string {
  const shape = toJobShape(job);
  const share = shape.total > 0 ? Math.min(1, shape.done / shape.total) : 0;
  const filled = Math.round(share * WIDTH);
  const bar = `[${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}]`;
  const rate = shape.rate === null ? '' : ` ${shape.rate}/s`;
  const left = shape.secondsLeft === null ? '' : ` ${shape.secondsLeft} s left`;
  return `${bar} ${shape.stage} ${shape.done}/${shape.total > 0 ? shape.total : '?'}${rate}${left}`;
}
