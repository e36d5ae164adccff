/** Something happened: lets one waiter go on. What happens while nobody waits is not forgotten. */
export class Wake {
  #happened = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#happened = true;
    this.#resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.#happened) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    }
    this.#happened = false;
    this.#resolve = undefined;
  }
}
