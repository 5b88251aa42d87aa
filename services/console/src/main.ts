import './styles/page.css';
import { App } from './app.ts';
import { formatHash, parseHash } from './domain/selection.ts';
import { DEFAULT_LANGUAGE, isLanguage, type Language } from './i18n/language.ts';
import { takeToken } from './session/token-link.ts';

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

/** The token of the address, which keeps it no longer than this. */
function tokenOfAddress(): string | undefined {
  const { token, rest } = takeToken(location.hash);
  if (token) history.replaceState(null, '', rest ? `#${rest}` : location.pathname + location.search);
  return token;
}

const token = tokenOfAddress();
const opened = parseHash(location.hash);
const language = [opened.language, storedLanguage()].find(isLanguage) ?? DEFAULT_LANGUAGE;
const root = document.querySelector<HTMLElement>('#app');
if (!root) throw new Error('the page has no #app');

const app = new App(root, opened, language, (view, chosen) => {
  storeLanguage(chosen);
  const hash = formatHash({ ...view, ...(chosen !== DEFAULT_LANGUAGE && { language: chosen }) });
  history.replaceState(null, '', `#${hash}`);
});

addEventListener('hashchange', () => {
  const token = tokenOfAddress();
  if (token) return void app.signIn(token);
  const view = parseHash(location.hash);
  if (isLanguage(view.language)) app.setLanguage(view.language);
  app.page?.show(view);
});

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const writing = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !writing) {
    event.preventDefault();
    app.page?.focusSearch();
  } else if (event.key === 'Escape') app.page?.select(undefined);
});

void (token ? app.signIn(token) : app.ask());
