import './styles/page.css';
import { formatHash, parseHash } from './domain/selection.ts';
import { DEFAULT_LANGUAGE, isLanguage, type Language } from './i18n/language.ts';
import { Page } from './page.ts';

const LANGUAGE_KEY = 'giaolo.language';

// Storage may be forbidden; the address then still holds the language.
function storedLanguage(): string | null {
  try {
    return localStorage.getItem(LANGUAGE_KEY);
  } catch {
    return null;
  }
}

function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    // See above.
  }
}

const opened = parseHash(location.hash);
const language = [opened.language, storedLanguage()].find(isLanguage) ?? DEFAULT_LANGUAGE;
const root = document.querySelector<HTMLElement>('#app');
if (!root) throw new Error('the page has no #app');

const page = new Page(root, opened, language, (view, chosen) => {
  storeLanguage(chosen);
  const hash = formatHash({ ...view, ...(chosen !== DEFAULT_LANGUAGE && { language: chosen }) });
  history.replaceState(null, '', `#${hash}`);
});

addEventListener('hashchange', () => {
  const view = parseHash(location.hash);
  if (isLanguage(view.language)) page.setLanguage(view.language);
  page.show(view);
});

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writing = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !writing) {
    event.preventDefault();
    page.focusSearch();
  } else if (event.key === 'Escape') page.select(undefined);
});
