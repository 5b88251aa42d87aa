import type { PageSession } from '@giaolo/gateway/page-contract';
import { complain } from './complain.ts';
import type { PageView } from './domain/selection.ts';
import { type Language, translator } from './i18n/language.ts';
import { Page } from './page.ts';
import { beginSession, endSession, readSession } from './session/session.ts';
import { type Message, SignIn } from './view/sign-in.ts';

const ASK_AGAIN_MS = 2_000;

/** The page for whoever is signed in, the sign-in for everybody else. */
export class App {
  readonly #root: HTMLElement;
  readonly #saved: (view: PageView, language: Language) => void;
  /** All pages of one browser share its session. */
  readonly #others = new BroadcastChannel('giaolo.session');
  #view: PageView;
  #language: Language;
  #page: { readonly page: Page; readonly session: string } | undefined;
  #signIn: SignIn | undefined;
  #message: Message | undefined;

  constructor(
    root: HTMLElement,
    view: PageView,
    language: Language,
    saved: (view: PageView, language: Language) => void,
  ) {
    this.#root = root;
    this.#view = view;
    this.#language = language;
    this.#saved = saved;
    this.#others.addEventListener('message', () => void this.ask());
  }

  /** What is shown; undefined while nobody is signed in. */
  get page(): Page | undefined {
    return this.#page?.page;
  }

  setLanguage(language: Language): void {
    this.#language = language;
    if (this.page) {
      this.page.setLanguage(language);
      return;
    }
    this.#saved(this.#view, language);
    this.#signIn = undefined;
    this.#offer(this.#message);
  }

  async signIn(token: string): Promise<void> {
    let session: PageSession | undefined;
    try {
      session = await beginSession(token);
    } catch (error) {
      complain('could not sign in', error);
      if (!this.page) this.#offer({ text: 'signIn.failed' });
      return;
    }
    if (!session) {
      await this.ask({ text: 'signIn.refused' });
      this.#signIn?.focus();
      return;
    }
    this.#show(session);
    this.#others.postMessage('changed');
  }

  /** Finds out whose session this is, and shows what is for them; `otherwise` is said where it is nobody's. */
  async ask(otherwise?: Message): Promise<void> {
    try {
      this.#show(await readSession(), otherwise);
    } catch (error) {
      // A page that is shown says by itself that the line is broken.
      if (this.page) return;
      complain('whose session this is could not be read', error);
      this.#offer({ text: 'signIn.unreachable' });
      setTimeout(() => this.#message?.text === 'signIn.unreachable' && void this.ask(otherwise), ASK_AGAIN_MS);
    }
  }

  async #signOut(why?: Message): Promise<void> {
    try {
      await endSession();
      this.#others.postMessage('changed');
    } catch (error) {
      complain('could not sign out', error);
    }
    await this.ask(why);
  }

  #show(session: PageSession | undefined, message?: Message): void {
    const whose = session && JSON.stringify([session.subject, session.unit, session.grants]);
    if (this.#page && this.#page.session === whose) return;
    this.#page?.page.close();
    this.#page = undefined;
    if (session && whose) {
      this.#signIn = undefined;
      this.#message = undefined;
      this.#page = { page: this.#makePage(session), session: whose };
    } else this.#offer(message);
  }

  #makePage(session: PageSession): Page {
    return new Page(this.#root, this.#view, this.#language, session, {
      saved: (view, language) => {
        this.#view = view;
        this.#language = language;
        this.#saved(view, language);
      },
      signOut: () => void this.#signOut(),
      doubted: () => void this.ask({ text: 'signIn.expired' }),
      forbidden: () => void this.#signOut({ text: 'signIn.noRights', params: { subject: session.subject } }),
    });
  }

  #offer(message: Message | undefined): void {
    this.#message = message;
    if (!this.#signIn) {
      this.#signIn = new SignIn(this.#language, {
        signIn: (token) => void this.signIn(token),
        setLanguage: (language) => this.setLanguage(language),
      });
      delete this.#root.dataset['link'];
      document.documentElement.lang = this.#language;
      document.title = translator(this.#language)('app.title', { connection: '' });
      this.#root.replaceChildren(this.#signIn.element);
      this.#signIn.focus();
    }
    this.#signIn.say(message);
  }
}
