import type { Format } from '../i18n/format.ts';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../i18n/language.ts';
import { h } from './dom.ts';

export function languages(format: Format, setLanguage: (language: Language) => void): HTMLElement {
  const buttons = (Object.keys(LANGUAGES) as Language[]).map((language) => {
    const pressed = language === format.language ? 'true' : 'false';
    const attributes = { type: 'button', lang: language, title: LANGUAGE_NAMES[language], 'aria-pressed': pressed };
    const name = h('span', { class: 'visually-hidden' }, LANGUAGE_NAMES[language]);
    const button = h('button', attributes, h('span', { 'aria-hidden': 'true' }, language.toUpperCase()), name);
    button.addEventListener('click', () => setLanguage(language));
    return button;
  });
  return h('div', { class: 'languages', role: 'group', 'aria-label': format.t('language.label') }, ...buttons);
}
