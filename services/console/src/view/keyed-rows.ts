/** One row of a list; made once, then kept up to date in place. */
export interface Row<Item> {
  readonly element: HTMLElement;
  update(item: Item): void;
}

/**
 * Keeps the children of `parent` equal to a list of items. Rows are moved only when their order changed, so that
 * focus, selection of text and the row under the cursor stay where they are.
 */
export class KeyedRows<Item, R extends Row<Item> = Row<Item>> {
  readonly #parent: HTMLElement;
  readonly #make: (key: string) => R;
  readonly #rows = new Map<string, R>();

  constructor(parent: HTMLElement, make: (key: string) => R) {
    this.#parent = parent;
    this.#make = make;
  }

  update(items: readonly (readonly [key: string, item: Item])[]): void {
    const wanted = new Set(items.map(([key]) => key));
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.#rows.delete(key);
    }
    let place = this.#parent.firstElementChild;
    for (const [key, item] of items) {
      let row = this.#rows.get(key);
      if (!row) {
        row = this.#make(key);
        this.#rows.set(key, row);
      }
      row.update(item);
      if (row.element === place) place = place.nextElementSibling;
      else this.#parent.insertBefore(row.element, place);
    }
  }

  get(key: string): R | undefined {
    return this.#rows.get(key);
  }
}
