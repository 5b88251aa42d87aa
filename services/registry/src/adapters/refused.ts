import type { ReasonOf } from '@giaolo/chassis/demand';
import { type Refused, refusals, ServiceError } from '@giaolo/chassis/errors';
import type { ErrorReason } from '@giaolo/proto/giaolo/registry/v1/registry_errors';
import type { Findings } from '../file/findings.ts';

const DOMAIN = 'registry.giaolo';

export type Refusal = ReasonOf<typeof ErrorReason>;

const answers: Readonly<Record<Refusal, Refused>> = {
  FILE_INVALID: { code: 'INVALID_ARGUMENT', vi: 'Tệp có lỗi nên không được nhận.', en: 'The file holds errors.' },
  FILE_TOO_LARGE: { code: 'RESOURCE_EXHAUSTED', vi: 'Tệp quá lớn.', en: 'The file is too large.' },
  IMPORT_OVERTAKEN: {
    code: 'ABORTED',
    vi: 'Có người khác vừa thay đổi cùng dữ liệu, hãy nhập lại tệp.',
    en: 'Somebody else has just changed the same things; import the file again.',
  },
  UNIT_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có đơn vị hành chính này.', en: 'There is no such unit.' },
  ASSET_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có tài sản này.', en: 'There is no such asset.' },
  ASSET_RETIRED: {
    code: 'FAILED_PRECONDITION',
    vi: 'Tài sản này đã ngừng sử dụng.',
    en: 'The asset is out of service.',
  },
  DEVICE_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có thiết bị này.', en: 'There is no such device.' },
  DEVICE_EXISTS: {
    code: 'ALREADY_EXISTS',
    vi: 'Thiết bị này đã được đăng ký với thông tin khác.',
    en: 'The device was onboarded with other particulars.',
  },
  DEVICE_RETIRED: {
    code: 'FAILED_PRECONDITION',
    vi: 'Thiết bị này đã ngừng sử dụng; tên của nó không dùng lại được.',
    en: 'The device was retired; its name is not used again.',
  },
  CREDENTIAL_DEFAULT: {
    code: 'FAILED_PRECONDITION',
    vi: 'Thiết bị còn dùng mật khẩu mặc định hoặc trống; hãy đổi mật khẩu trước.',
    en: 'The device has an empty or default secret; change it first.',
  },
  CREDENTIAL_WEAK: {
    code: 'FAILED_PRECONDITION',
    vi: 'Khóa của thiết bị không đủ mạnh.',
    en: 'The key of the device is too weak.',
  },
  CREDENTIAL_SHARED: {
    code: 'FAILED_PRECONDITION',
    vi: 'Khóa này đã thuộc về một thiết bị khác.',
    en: 'Another device has the same key.',
  },
};

export const refused = refusals<Refusal>(DOMAIN, answers);

// They travel in a header.
const MOST_VIOLATIONS = 20;

/** Names the first errors by line and field. */
export function fileInvalid(findings: Findings): ServiceError {
  const errors = findings.toArray().filter(({ severity }) => severity === 'error');
  const violations = errors.slice(0, MOST_VIOLATIONS).map(({ line, field, code, message }) => ({
    field: [line || '', field].filter((part) => part !== '').join(':'),
    description: `${message} (${code})`,
  }));
  const { code, vi, en } = answers.FILE_INVALID;
  const summary = violations.map(({ field, description }) => `${field}: ${description}`.slice(0, 120)).slice(0, 3);
  return new ServiceError(code, 'FILE_INVALID', `the file holds errors: ${summary.join('; ')}`, {
    domain: DOMAIN,
    violations,
    localized: { vi, en },
  });
}
