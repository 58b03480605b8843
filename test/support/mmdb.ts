/** Writes a database of networks in MaxMind's format, as its specification says. https://maxmind.github.io/MaxMind-DB/ */

type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value }

export interface MmdbOptions {
  readonly ipVersion?: 4 | 6
  readonly recordSize?: 24 | 28 | 32
  readonly type?: string
  /** UTC ISO. */
  readonly built?: string
}

interface Leaf {
  readonly data: Value
}
type Tree = Node | Leaf | undefined
interface Node {
  left: Tree
  right: Tree
}

/** Of networks that lie in one another the longest prefix counts. IPv4 networks lie in `::/96` of an IPv6 tree. */
export const mmdb = (
  networks: readonly (readonly [network: string, data: Value])[],
  { ipVersion = 6, recordSize = 24, type = 'Test-City', built = '2026-11-20T00:00:00Z' }: MmdbOptions = {},
): Buffer => {
  const root: Node = { left: undefined, right: undefined }
  const entries = networks.map(([network, data]) => ({ bits: bitsOf(network, ipVersion), data }))
  entries.sort((a, b) => a.bits.length - b.bits.length)
  for (const { bits, data } of entries) insert(root, bits, { data })
  const nodes = numbered(root)
  const section = new Section(true)
  const placed = new Map<Value, number>()
  const placeOf = (data: Value): number => {
    const known = placed.get(data)
    if (known !== undefined) return known
    const at = section.length
    section.write(data)
    placed.set(data, at)
    return at
  }
  const recordOf = (tree: Tree): number => {
    if (tree === undefined) return nodes.size
    return 'data' in tree ? nodes.size + 16 + placeOf(tree.data) : nodes.get(tree)!
  }
  const tree = [...nodes.keys()].map(({ left, right }) => record(recordOf(left), recordOf(right), recordSize))
  const metadata = new Section(false)
  metadata.writeMetadata({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Date.parse(built) / 1000,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.size,
    record_size: recordSize,
  })
  return Buffer.concat([
    ...tree,
    Buffer.alloc(16),
    section.bytes(),
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    metadata.bytes(),
  ])
}

const insert = (root: Node, bits: string, leaf: Leaf): void => {
  let here = root
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '1' ? 'right' : 'left'
    const next = here[side]
    // a network that is divided goes on around the part that is told apart
    if (next === undefined || 'data' in next) {
      const made: Node = { left: next, right: next }
      here[side] = made
      here = made
    } else here = next
  }
  const side = bits.endsWith('1') ? 'right' : 'left'
  here[side] = leaf
}

/** Every node with its number, the root first. */
const numbered = (root: Node): Map<Node, number> => {
  const nodes = new Map<Node, number>([[root, 0]])
  for (const { left, right } of nodes.keys()) {
    for (const child of [left, right]) {
      if (child !== undefined && !('data' in child) && !nodes.has(child)) nodes.set(child, nodes.size)
    }
  }
  return nodes
}

const record = (left: number, right: number, size: 24 | 28 | 32): Buffer => {
  const bytes = Buffer.alloc(size / 4)
  if (size === 32) {
    bytes.writeUInt32BE(left, 0)
    bytes.writeUInt32BE(right, 4)
    return bytes
  }
  bytes.writeUIntBE(left & 0xff_ffff, 0, 3)
  bytes.writeUIntBE(right & 0xff_ffff, size === 28 ? 4 : 3, 3)
  if (size === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24)
  return bytes
}

/** The bits of a network, one character each; `192.0.2.0/24`, `2001:db8::/32`. */
export const bitsOf = (network: string, ipVersion: 4 | 6): string => {
  const [address = '', length] = network.split('/')
  const isV4 = !address.includes(':')
  if (!isV4 && ipVersion === 4) throw new Error(`${network} does not fit into an IPv4 tree`)
  const bits = isV4 ? bitsOfV4(address) : bitsOfV6(address)
  const own = bits.slice(0, length === undefined ? bits.length : Number(length))
  return isV4 && ipVersion === 6 ? '0'.repeat(96) + own : own
}

const bitsOfV4 = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')

const bitsOfV6 = (address: string): string => {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
}

const TYPES = {
  pointer: 1,
  text: 2,
  double: 3,
  uint16: 5,
  uint32: 6,
  map: 7,
  uint64: 9,
  list: 11,
  boolean: 14,
}

/** A data section. Texts and objects that come again are pointers to the first. */
class Section {
  length = 0
  readonly #parts: Buffer[] = []
  readonly #written = new Map<Value, number>()
  readonly #points: boolean
  constructor(points: boolean) {
    this.#points = points
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  write(value: Value): void {
    const known = typeof value === 'object' ? this.#written.get(value) : undefined
    if (this.#points && known !== undefined) {
      this.#point(known)
      return
    }
    if (typeof value === 'object') this.#written.set(value, this.length)
    if (typeof value === 'string') this.#writeText(value)
    else if (typeof value === 'boolean') this.#head(TYPES.boolean, value ? 1 : 0)
    else if (typeof value === 'number') this.#writeNumber(value)
    else if (Array.isArray(value)) {
      this.#head(TYPES.list, value.length)
      for (const one of value) this.write(one)
    } else {
      this.#head(TYPES.map, Object.keys(value).length)
      for (const [name, one] of Object.entries(value)) {
        this.#writeText(name)
        this.write(one as Value)
      }
    }
  }

  /** The one map whose numbers have types of their own. */
  writeMetadata(metadata: Readonly<Record<string, Value>>): void {
    this.#head(TYPES.map, Object.keys(metadata).length)
    for (const [name, value] of Object.entries(metadata)) {
      this.#writeText(name)
      if (name === 'build_epoch') this.#writeUint(TYPES.uint64, Number(value))
      else if (typeof value === 'number' && name !== 'node_count') this.#writeUint(TYPES.uint16, value)
      else this.write(value)
    }
  }

  #writeText(text: string): void {
    const known = this.#written.get(text)
    if (this.#points && known !== undefined) {
      this.#point(known)
      return
    }
    this.#written.set(text, this.length)
    const bytes = Buffer.from(text)
    this.#head(TYPES.text, bytes.length)
    this.#push(bytes)
  }

  #writeNumber(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) {
      this.#writeUint(TYPES.uint32, value)
      return
    }
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    this.#head(TYPES.double, 8)
    this.#push(bytes)
  }

  /** Without leading zeros: zero itself has no bytes. */
  #writeUint(type: number, value: number): void {
    const hex = value === 0 ? '' : value.toString(16)
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
    this.#head(type, bytes.length)
    this.#push(bytes)
  }

  /** Three sizes of pointers, each counting from where the smaller one ends. */
  #point(to: number): void {
    const head = (size: number, value: number, bytes: number) => {
      const rest = Buffer.alloc(bytes)
      rest.writeUIntBE(value % 256 ** bytes, 0, bytes)
      this.#push(
        Buffer.from([(TYPES.pointer << 5) | (size << 3) | Math.floor(value / 256 ** bytes), ...rest]),
      )
    }
    if (to < 2048) head(0, to, 1)
    else if (to < 526_336) head(1, to - 2048, 2)
    else head(2, to - 526_336, 3)
  }

  #head(type: number, size: number): void {
    const [code, more] = size < 29 ? [size, []] : size < 285 ? [29, [size - 29]] : [30, twoBytes(size - 285)]
    this.#push(Buffer.from([type > 7 ? code : (type << 5) | code, ...(type > 7 ? [type - 7] : []), ...more]))
  }

  #push(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.length += bytes.length
  }
}

const twoBytes = (value: number): number[] => [value >> 8, value & 0xff]
