import { h, setAttribute, setText } from './dom.ts';

/** A term and its value in a description list. */
export class Fact {
  readonly element: HTMLElement;
  readonly value = h('dd');

  constructor(term: string, ...value: (Node | string)[]) {
    this.value.append(...value);
    this.element = h('div', { class: 'fact' }, h('dt', {}, term), this.value);
  }

  /** An absent value takes the whole fact away. */
  set(text: string | undefined): void {
    this.element.hidden = text === undefined;
    if (text !== undefined) setText(this.value, text);
  }
}

/** What all detail panes begin with: what it is, its name, and a line below. */
export class DetailHead {
  readonly element: HTMLElement;
  readonly #title = h('h2', { id: 'detail-title', tabindex: -1 });
  readonly #sub = h('p', { class: 'detail-sub' });

  constructor(kind: string, glyph?: Element) {
    const words = h('div', { class: 'detail-words' }, h('p', { class: 'detail-kind' }, kind), this.#title, this.#sub);
    this.element = h('div', { class: 'detail-head' }, ...(glyph ? [glyph] : []), words);
  }

  set(title: string, sub: string): void {
    setText(this.#title, title);
    setText(this.#sub, sub);
    setAttribute(this.#title, 'title', title);
  }
}

export const tableHead = (...columns: string[]): HTMLElement =>
  h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column))));
