import type { Check, ReasonOf } from '@giaolo/chassis/demand';
import { type Refused, refusals, ServiceError } from '@giaolo/chassis/errors';
import type { ErrorReason } from '@giaolo/proto/giaolo/transit/v1/transit_errors';
import type { Feed } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { Notice } from '../feed/notice.ts';
import type { FeedSummary, FeedUnit } from '../schedule/activate-feed.ts';

const DOMAIN = 'transit.giaolo';
const FEED_NAME = /^feeds\/([a-z0-9-]{1,64})$/;
const MOST_VIOLATIONS = 20;

export const aFeedName = (text: string): Check => [FEED_NAME.test(text), 'must be feeds/{1-64 of a-z 0-9 and hyphen}'];

export const feedId = (name: string): string => FEED_NAME.exec(name)?.[1] ?? '';

export type Refusal = ReasonOf<typeof ErrorReason>;

const answers: Readonly<Record<Refusal, Refused>> = {
  FEED_INVALID: {
    code: 'INVALID_ARGUMENT',
    vi: 'Dữ liệu GTFS có lỗi nên không được nhận.',
    en: 'The GTFS feed holds errors and was not taken.',
  },
  FEED_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có bộ dữ liệu này.', en: 'There is no such feed.' },
  STOP_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có trạm dừng này.', en: 'There is no such stop.' },
  FEED_TOO_LARGE: {
    code: 'RESOURCE_EXHAUSTED',
    vi: 'Tệp GTFS quá lớn.',
    en: 'The GTFS file is too large.',
  },
};

export const refused = refusals<Refusal>(DOMAIN, answers);

/** The errors of a zip, each as a field violation that names file, line and field. */
export function feedInvalid(errors: readonly Notice[]): ServiceError {
  const { code, vi, en } = answers.FEED_INVALID;
  const tooLarge = errors.find((notice) => notice.code === 'ZIP_TOO_LARGE');
  if (tooLarge) return refused('FEED_TOO_LARGE', { message: tooLarge.message });
  return new ServiceError(code, 'FEED_INVALID', en, {
    domain: DOMAIN,
    metadata: { errors: String(errors.length) },
    localized: { vi, en },
    violations: errors.slice(0, MOST_VIOLATIONS).map(({ file, line, field, code: found, message }) => ({
      field: [file, line || '', field].join(':').replace(/:+$/, ''),
      description: `${found}: ${message}`,
    })),
  });
}

export const feedMessage = (name: string, summary: FeedSummary, unit: FeedUnit): Feed => ({ name, ...summary, unit });

/** Key of a vehicle's records; its operator's id is only known within the feed. */
export const vehicleKey = (feed: string, vehicleId: string): string => `${feed}/vehicles/${vehicleId}`;

/** Key of a trip on a service day. */
export const tripKey = (feed: string, tripId: string, startDate: string): string =>
  `${feed}/trips/${tripId}@${startDate}`;
