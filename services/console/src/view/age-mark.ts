import type { Age } from '../domain/freshness.ts';
import type { Format } from '../i18n/format.ts';
import { h, setAttribute, setText } from './dom.ts';

/** How old a value is: in words, and by a dot that is full, half, empty or a question mark. */
export class AgeMark {
  readonly element = h('span', { class: 'age' });
  readonly #dot = h('span', { class: 'age-dot', 'aria-hidden': 'true' });
  readonly #words = h('span', { class: 'age-words' });

  constructor() {
    this.element.append(this.#dot, this.#words);
  }

  update(age: Age, format: Format): void {
    setAttribute(this.element, 'data-freshness', age.freshness);
    setAttribute(this.element, 'title', format.t(`age.${age.freshness}`));
    setText(this.#words, format.age(age));
  }
}
