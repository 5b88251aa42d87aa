import { allow } from '@giaolo/chassis/access';
import type { AccessTable } from '@giaolo/chassis/grpc/service';
import type { RegistryServiceService } from '@giaolo/proto/giaolo/registry/v1/registry_service';

const read = allow('viewer', 'operator', 'registrar', 'field', 'service');
const register = allow('registrar');

/** Who may call what: units belong to the country, which everybody may know; all else to the unit that it is in. */
export const access: AccessTable<RegistryServiceService> = {
  importUnits: allow('administrator'),
  getUnit: 'anyone',
  listUnits: 'anyone',
  importAssets: register,
  getAsset: read,
  listAssets: read,
  watchAssets: read,
  listAssetChanges: allow('viewer', 'operator', 'registrar', 'field', 'service', 'auditor'),
  onboardDevice: register,
  replaceDevice: register,
  retireDevice: register,
  getDevice: read,
  listDevices: read,
  reportDeviceHealth: allow('field'),
};
