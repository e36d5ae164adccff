import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are reached from this machine but not from where the caller is: RFC 6890, with what clouds tell their machines. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

/** May this machine be made to call the URL by somebody else? Only with TLS and outside of its own networks, or where the host is allowed by name. */
export function mayCall(url: string, allowed: readonly string[]): boolean {
  const { protocol, hostname } = new URL(url);
  if (allowed.includes(hostname)) return true;
  const literal = hostname.replace(/^\[|\]$/g, '');
  return protocol === 'https:' && (isIP(literal) === 0 || !isPrivate(literal));
}

/** The look-up for a call to a host: undefined where it is allowed by name. */
export function lookupFor(hostname: string, allowed: readonly string[]): LookupFunction | undefined {
  return allowed.includes(hostname) ? undefined : lookupPublic;
}

/** Looks at the very address that is connected to, so that a name cannot lead elsewhere between the check and the call. */
const lookupPublic: LookupFunction = (name, options, done) => {
  resolveName(name, options, (error, address, family) => {
    const found = typeof address === 'string' ? [address] : (address ?? []).map((each) => each.address);
    const inside = error === null && found.some(isPrivate);
    done(inside ? new Error(`${name} lies in a private network`) : error, address, family);
  });
};

function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return PRIVATE.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
