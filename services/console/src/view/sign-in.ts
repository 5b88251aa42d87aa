import { Format } from '../i18n/format.ts';
import type { Language, Params } from '../i18n/language.ts';
import type { TextKey } from '../i18n/vi.ts';
import { cleanToken } from '../session/token-link.ts';
import { brandMark } from './brand.ts';
import { h, setText } from './dom.ts';
import { languages } from './languages.ts';

export interface Message {
  readonly text: TextKey;
  readonly params?: Params;
}

export interface SignInActs {
  signIn(token: string): void;
  setLanguage(language: Language): void;
}

/** What the page shows while nobody is signed in. */
export class SignIn {
  readonly element: HTMLElement;
  readonly #format: Format;
  readonly #token = h('input', {
    id: 'token',
    type: 'password',
    name: 'token',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'token-hint token-message',
  });
  readonly #message = h('p', { class: 'sign-in-message', id: 'token-message', role: 'alert' });

  constructor(language: Language, acts: SignInActs) {
    this.#format = new Format(language);
    const { t } = this.#format;
    const form = h(
      'form',
      { class: 'sign-in-form', 'aria-labelledby': 'sign-in-title' },
      h('h2', { id: 'sign-in-title' }, t('signIn.title')),
      h('label', { for: 'token' }, t('signIn.token')),
      this.#token,
      h('p', { class: 'sign-in-hint muted', id: 'token-hint' }, t('signIn.hint')),
      this.#message,
      h('button', { type: 'submit' }, t('signIn.submit')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = cleanToken(this.#token.value);
      if (token === '') this.#token.focus();
      else acts.signIn(token);
    });
    const brand = h('div', { class: 'brand' }, brandMark(), h('h1', {}, 'Giaolo'), h('p', {}, t('app.subtitle')));
    const top = h('div', { class: 'sign-in-top' }, brand, languages(this.#format, acts.setLanguage));
    this.element = h('main', { class: 'sign-in' }, h('div', { class: 'sign-in-panel' }, top, form));
  }

  /** Says why it is shown; undefined = nothing to say. */
  say(message: Message | undefined): void {
    setText(this.#message, message ? this.#format.t(message.text, message.params) : '');
  }

  focus(): void {
    this.#token.focus();
    this.#token.select();
  }
}
