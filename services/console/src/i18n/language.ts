import { en } from './en.ts';
import { type TextKey, type Texts, vi } from './vi.ts';

export const LANGUAGES = { vi, en } as const satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;
export const DEFAULT_LANGUAGE: Language = 'vi';

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { vi: 'Tiếng Việt', en: 'English' };

export const isLanguage = (text: unknown): text is Language =>
  typeof text === 'string' && Object.hasOwn(LANGUAGES, text);

export type Params = Readonly<Record<string, string | number>>;

/** The text of a key with its `{names}` filled in; a name without a value stays as it is. */
export type Translate = (key: TextKey, params?: Params) => string;

export function translator(language: Language): Translate {
  const texts: Texts = LANGUAGES[language];
  return (key, params = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
