import type { Unplaced } from '@giaolo/gateway/page-contract';
import { minutesUntil } from '../domain/arrivals.ts';
import type { Age } from '../domain/freshness.ts';
import { wholeMinutes } from '../domain/punctuality.ts';
import { type Language, type Translate, translator } from './language.ts';

const LOCALES: Readonly<Record<Language, string>> = { vi: 'vi-VN', en: 'en-GB' };

/** Values in words and figures of one language. Instants are epoch ms, shown in a given IANA time zone. */
export class Format {
  readonly language: Language;
  readonly t: Translate;
  readonly #locale: string;
  readonly #dates = new Map<string, Intl.DateTimeFormat>();
  readonly #numbers: Intl.NumberFormat;
  readonly #oneDecimal: Intl.NumberFormat;

  constructor(language: Language) {
    this.language = language;
    this.t = translator(language);
    this.#locale = LOCALES[language];
    this.#numbers = new Intl.NumberFormat(this.#locale, { maximumFractionDigits: 0 });
    this.#oneDecimal = new Intl.NumberFormat(this.#locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  number(value: number): string {
    return this.#numbers.format(value);
  }

  /** 14:32:05 */
  clock(at: number, timeZone: string): string {
    return this.#date(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);
  }

  /** 14:32 */
  timeOfDay(at: number, timeZone: string): string {
    return this.#date(timeZone, { hour: '2-digit', minute: '2-digit' }).format(at);
  }

  day(at: number, timeZone: string): string {
    return this.#date(timeZone, { weekday: 'short', day: '2-digit', month: '2-digit', year: 'numeric' }).format(at);
  }

  /** UTC+7 */
  zone(at: number, timeZone: string): string {
    const parts = this.#date(timeZone, { timeZoneName: 'shortOffset', hour: '2-digit' }).formatToParts(at);
    const offset = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return offset.replace('GMT', 'UTC').replace('-', '−');
  }

  /** One unit only, cut and not rounded: 12 s, 3 min, 2 h. */
  duration(ms: number): string {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 60) return this.t('duration.seconds', { n: seconds });
    if (seconds < 3600) return this.t('duration.minutes', { n: Math.floor(seconds / 60) });
    if (seconds < 86_400) return this.t('duration.hours', { n: Math.floor(seconds / 3600) });
    return this.t('duration.days', { n: Math.floor(seconds / 86_400) });
  }

  age({ ms }: Age): string {
    return ms === undefined ? this.t('age.unknown') : this.duration(ms);
  }

  /** trễ 3 phút, sớm 1 phút, đúng giờ (less than a minute either way). */
  lateness(seconds: number): string {
    const minutes = Math.abs(wholeMinutes(seconds));
    if (minutes === 0) return this.t('lateness.onTime');
    const [n, m] = [Math.floor(minutes / 60), minutes % 60];
    const duration =
      n === 0
        ? this.t('duration.minutes', { n: minutes })
        : m === 0
          ? this.t('duration.hours', { n })
          : this.t('duration.hoursMinutes', { n, m });
    return this.t(seconds > 0 ? 'lateness.late' : 'lateness.early', { duration });
  }

  unplaced(reason: Unplaced | undefined): string {
    return this.t(`unplaced.${reason ?? 'unknown'}`);
  }

  /** 4 phút, or that it is due. */
  until(at: number, now: number): string {
    const n = minutesUntil(at, now);
    return n === 0 ? this.t('prediction.due') : this.t('prediction.minutes', { n });
  }

  /** km/h of metres per second. */
  speed(metresPerSecond: number): string {
    return `${this.number(metresPerSecond * 3.6)} km/h`;
  }

  distance(metres: number): string {
    return `${this.#oneDecimal.format(metres / 1000)} km`;
  }

  #date(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = `${timeZone} ${Object.keys(options).join()}`;
    let format = this.#dates.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.#locale, { ...options, timeZone, hourCycle: 'h23' });
      this.#dates.set(key, format);
    }
    return format;
  }
}
