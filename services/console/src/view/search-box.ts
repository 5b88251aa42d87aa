import { type Found, search } from '../domain/search.ts';
import type { Format } from '../i18n/format.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import type { Pane, Select, Shown } from './shown.ts';

/** Finds anything by name or id: a combobox whose list is walked with the arrow keys. */
export class SearchBox implements Pane {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list = h('ul', { id: 'search-results', role: 'listbox', class: 'results' });
  readonly #status = h('p', { class: 'visually-hidden', role: 'status' });
  readonly #format: Format;
  readonly #select: Select;
  #found: Found[] = [];
  #active = -1;
  #shown: Shown | undefined;

  constructor(format: Format, select: Select) {
    this.#format = format;
    this.#select = select;
    this.#input = h('input', {
      type: 'search',
      id: 'search',
      role: 'combobox',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: format.t('search.placeholder'),
      'aria-label': format.t('search.label'),
      'aria-controls': 'search-results',
      'aria-expanded': 'false',
      'aria-keyshortcuts': '/',
    });
    this.#list.setAttribute('aria-label', format.t('search.label'));
    this.#list.hidden = true;
    const hint = h('kbd', { 'aria-hidden': 'true' }, '/');
    this.element = h('search', { class: 'search' }, this.#input, hint, this.#list, this.#status);
    this.#input.addEventListener('input', () => this.#look());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('blur', () => this.#close());
    this.#input.addEventListener('focus', () => this.#look());
    // A pressed mouse button would take the focus away before the click.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
  }

  update(shown: Shown): void {
    this.#shown = shown;
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  #look(): void {
    const query = this.#input.value;
    if (!this.#shown || query.trim() === '') this.#close();
    else this.#offer(query, this.#shown);
  }

  #offer(query: string, { live, network }: Shown): void {
    this.#found = search(query, {
      network: network.network,
      vehicles: live.vehicles.values(),
      lots: live.lots.values(),
      routeName: (feed, routeId) => network.routeName(feed, routeId),
    });
    const { t } = this.#format;
    this.#list.replaceChildren(
      ...this.#found.map((found, index) => this.#option(found, index)),
      ...(this.#found.length === 0 ? [h('li', { class: 'empty' }, t('search.none'))] : []),
    );
    setText(this.#status, this.#found.length === 0 ? t('search.none') : t('search.found', { n: this.#found.length }));
    show(this.#list, true);
    setAttribute(this.#input, 'aria-expanded', 'true');
    this.#activate(this.#found.length > 0 ? 0 : -1);
  }

  #option(found: Found, index: number): HTMLElement {
    const option = h(
      'li',
      { role: 'option', id: `search-${index}` },
      h('span', { class: 'result-kind' }, this.#format.t(`kind.${found.selection.kind}`)),
      h('span', { class: 'result-title' }, found.title),
      h('span', { class: 'result-detail' }, found.detail),
    );
    option.addEventListener('click', () => this.#choose(index));
    return option;
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') this.#activate(Math.min(this.#active + 1, this.#found.length - 1));
    else if (event.key === 'ArrowUp') this.#activate(Math.max(this.#active - 1, 0));
    else if (event.key === 'Enter') this.#choose(this.#active);
    else if (event.key === 'Escape' && this.#input.value !== '') this.#input.value = '';
    else if (event.key === 'Escape') this.#input.blur();
    else return;
    if (event.key === 'Escape') this.#close();
    event.preventDefault();
    event.stopPropagation();
  }

  #activate(index: number): void {
    this.#active = index;
    [...this.#list.children].forEach((option, at) => {
      setAttribute(option, 'aria-selected', at === index ? 'true' : 'false');
      if (at === index) option.scrollIntoView({ block: 'nearest' });
    });
    setAttribute(this.#input, 'aria-activedescendant', index >= 0 ? `search-${index}` : undefined);
  }

  #choose(index: number): void {
    const found = this.#found[index];
    if (!found) return;
    this.#input.value = '';
    this.#input.blur();
    this.#select(found.selection);
  }

  #close(): void {
    this.#found = [];
    this.#active = -1;
    show(this.#list, false);
    setAttribute(this.#input, 'aria-expanded', 'false');
    setAttribute(this.#input, 'aria-activedescendant', undefined);
  }
}
