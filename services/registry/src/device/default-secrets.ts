/**
 * Secrets that devices leave their factory with, or that people put in for a moment: whoever looks for open doors tries
 * these first. The empty one is among them.
 */
const wellKnown = [
  ...['', 'admin', 'administrator', 'root', 'user', 'guest', 'operator', 'service', 'support', 'supervisor', 'tech'],
  ...['password', 'passwd', 'pass', 'passw0rd', 'p@ssw0rd', 'p@ssword', 'default', 'changeme', 'change_me', 'secret'],
  ...['public', 'private', 'community', 'snmp', 'snmpd', 'monitor', 'manager', 'write', 'read', 'cisco', 'netman'],
  ...['1', '12', '123', '1234', '12345', '123456', '1234567', '12345678', '123456789', '1234567890', '0', '00'],
  ...['000', '0000', '00000', '000000', '0000000', '00000000', '1111', '11111', '111111', '11111111', '222222'],
  ...['54321', '654321', '666666', '7777', '777777', '88888888', '888888', '9999', '999999', '99999999', '4321'],
  ...['admin1', 'admin12', 'admin123', 'admin1234', 'admin12345', 'admin123456', 'root123', 'user123', 'abc123'],
  ...['abcd1234', 'a123456', 'qwerty', 'qwerty123', 'test', 'test123', 'demo', 'letmein', 'welcome', 'master'],
  ...['system', 'sysadmin', 'adminadmin', 'none', 'null', 'empty', 'camera', 'ipcam', 'vizxv', 'xc3511', 'juantech'],
  ...['hikvision', 'dahua', 'tlJwpbo6', 'meinsm', 'fidel123', 'smcadmin', 'ubnt', 'klv123', 'klv1234', 'hi3518'],
  ...['jvbzd', 'anko', 'zlxx.', '7ujMko0vizxv', '7ujMko0admin', 'ikwb', 'dreambox', 'realtek'],
  ...['traffic', 'signal', 'controller', 'parking', 'transit', 'bus', 'sensor', 'detector', 'gateway', 'giaolo'],
  ...['matkhau', 'vietnam', 'vnpt', 'viettel', 'fpt', 'anhyeuem'],
];

interface Printed {
  readonly id: string;
  readonly maker: string;
  readonly model: string;
  readonly serialNumber: string;
}

/** All that a device must not have as its secret: the well-known, and what is printed on it. */
export function defaultSecrets({ id, maker, model, serialNumber }: Printed): ReadonlySet<string> {
  const printed = [id, maker, model, serialNumber, maker + model, model + serialNumber, serialNumber.slice(-6)];
  const all = [...wellKnown, ...printed];
  const cases = all.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase(), capital(text)]);
  return new Set(cases);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
