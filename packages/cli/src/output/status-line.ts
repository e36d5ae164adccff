import type { Output } from './output.ts';
import { plainText } from './plain-text.ts';

/** Short things are over before anybody wants to know what they wait for. */
const PATIENCE_MS = 400;
const TURN_MS = 120;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** One line at the bottom of a terminal that says what is waited for. Nothing at all where stderr is no terminal. */
export class StatusLine implements Disposable {
  readonly #out: Output;
  /** Is there a terminal to show it on? */
  readonly active: boolean;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #turn = 0;
  #drawn = false;

  constructor(out: Output) {
    this.#out = out;
    this.active = out.isTerminal;
  }

  /** Shows this until something else is shown or `clear` is called. */
  show(text: string): void {
    this.#text = plainText(text);
    if (!this.active || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#spin(), PATIENCE_MS);
    this.#timer.unref();
  }

  /** Takes the line away; to be called before anything else is written to the terminal. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#draw('');
  }

  /** Says something that stays, on a terminal only. */
  note(text: string): void {
    if (!this.active) return;
    this.clear();
    void this.#out.line(`errand: ${plainText(text)}`).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #spin(): void {
    this.#drawn = true;
    this.#turn += 1;
    this.#draw(`${SPINNER[this.#turn % SPINNER.length] ?? ''} ${this.#text}`);
    this.#timer = setTimeout(() => this.#spin(), TURN_MS);
    this.#timer.unref();
  }

  #draw(text: string): void {
    void this.#out.write(`\r\x1b[K${text}`).catch(() => undefined);
  }
}
