import type { Output } from './output.ts';
import { plainText } from './plain-text.ts';
import { shortened } from './table.ts';

/** Short things are over before anybody wants to know what they wait for. */
const PATIENCE_MS = 400;
const TURN_MS = 120;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** One line at the bottom of a terminal that says what is waited for. Nothing at all where stderr is none, or one that cannot take a line away. */
export class StatusLine implements Disposable {
  readonly #out: Output;
  /** Is it shown? */
  readonly active: boolean;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #turn = 0;
  #drawn = false;

  constructor(out: Output) {
    this.#out = out;
    this.active = out.canRedraw;
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
    if (!this.#out.isTerminal) return;
    this.clear();
    void this.#out.line(`errand: ${plainText(text)}`).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #spin(): void {
    this.#drawn = true;
    this.#turn += 1;
    // What does not fit would go on in the next line, and stay there.
    const text = `${SPINNER[this.#turn % SPINNER.length] ?? ''} ${this.#text}`;
    this.#draw(shortened(text, this.#out.columns - 1));
    this.#timer = setTimeout(() => this.#spin(), TURN_MS);
    this.#timer.unref();
  }

  #draw(text: string): void {
    void this.#out.write(`\r\x1b[K${text}`).catch(() => undefined);
  }
}
