/** Wakes one who waits; rung while nobody waits, it wakes the next at once. */
export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Whether it was rung, or `ms` have passed. One may wait at a time. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#rung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = undefined;
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
