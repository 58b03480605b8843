import ipaddr from 'ipaddr.js'

/** Sixteen bytes in hex: IPv4 as its mapped IPv6 address, so that text order is the order of addresses. */
const hexOf = (address: ipaddr.IPv4 | ipaddr.IPv6): string => {
  const bytes = (
    address.kind() === 'ipv4' ? (address as ipaddr.IPv4).toIPv4MappedAddress() : address
  ).toByteArray()
  return Buffer.from(bytes).toString('hex')
}

const parse = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)
    ? ipaddr.IPv6.parse(text)
    : undefined
}

/** An address as sortable hex. Throws on a text that is none, as Trino's cast to ipaddress does. */
export const addressHex = (text: string): string => {
  const address = parse(text)
  if (!address) throw new Error(`Cannot cast value to IPADDRESS: ${JSON.stringify(text.slice(0, 60))}`)
  return hexOf(address)
}

/** Such hex as an address again, as Java writes it: IPv6 with its longest run of zeros left out. */
export const addressText = (hex: string): string => {
  const address = ipaddr.fromByteArray([...Buffer.from(hex, 'hex')]) as ipaddr.IPv6
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String()
}

/** Is the address (hex) in the network (`10.0.0.0/8`)? */
export const inNetwork = (network: string, hex: string): boolean => {
  const [base = '', length = ''] = network.split('/')
  const address = parse(base)
  const bits = Number(length)
  const most = address?.kind() === 'ipv4' ? 32 : 128
  if (!address || !/^\d{1,3}$/.test(length) || bits > most)
    throw new Error(`Invalid CIDR: ${network.slice(0, 60)}`)
  const skipped = address.kind() === 'ipv4' ? 96 : 0
  const [a, b] = [BigInt(`0x${hexOf(address)}`), BigInt(`0x${hex}`)]
  const shift = BigInt(128 - bits - skipped)
  return a >> shift === b >> shift
}
