import { allow } from '@giaolo/chassis/access';
import type { AccessTable } from '@giaolo/chassis/grpc/service';
import type { AuditServiceService } from '@giaolo/proto/giaolo/audit/v1/audit_service';

const read = allow('auditor', 'administrator');

/** Who may call what, each in the unit of the chain. */
export const access: AccessTable<AuditServiceService> = {
  listActs: read,
  listChains: read,
  listAnchors: read,
  readChain: read,
  verifyChain: read,
};
