/**
 * Autonomous systems that carry the traffic of others: clouds and hosters, content networks with a relay for browsers, security gateways,
 * and hosts of VPN services. Where their addresses are says little about where a person is. Public numbers; the owner adds his
 * own as `knownNetworks`.
 */
const CARRIERS: Readonly<Record<string, readonly number[]>> = {
  Amazon: [7224, 8987, 14618, 16509],
  Microsoft: [8068, 8069, 8075, 12076],
  Google: [15169, 19527, 396982],
  Oracle: [31898],
  Alibaba: [37963, 45102],
  Tencent: [45090, 132203],
  IBM: [36351],
  DigitalOcean: [14061],
  OVH: [16276],
  Hetzner: [24940, 213230],
  Akamai: [20940, 36183, 63949],
  Vultr: [20473],
  Scaleway: [12876],
  Leaseweb: [28753, 60781],
  Contabo: [51167],
  Cloudflare: [13335],
  Fastly: [54113],
  Zscaler: [22616, 53813, 62044],
  Netskope: [55256],
  'Palo Alto Networks': [54538],
  M247: [9009],
  '31173 Services': [39351],
  Datacamp: [60068, 212238],
  Proton: [62371],
}

const NUMBERS: ReadonlySet<number> = new Set(Object.values(CARRIERS).flat())

/** Is it the network of a cloud, a hoster, a gateway or a VPN service, as far as they are listed here? */
export const carriesOthers = (asn: number): boolean => NUMBERS.has(asn)
