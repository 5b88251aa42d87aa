export const deviceKinds = [
  'signal-controller',
  'detector',
  'bay-sensor',
  'lot-counter',
  'sign',
  'camera',
  'field-gateway',
] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** By what a device proves who it is. */
export type CredentialKind = 'public-key' | 'certificate' | 'password' | 'snmp-community' | 'pre-shared-key';
