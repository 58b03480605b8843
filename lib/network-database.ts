import ipaddr from 'ipaddr.js'
import { Reader, type Response } from 'mmdb-lib'
import { messageOf, UsageError } from './errors.ts'
import type { AddressOrigin, NetworkDatabase } from './ports.ts'
import { at, isObject, text } from './trail/event.ts'

/** A file in MaxMind's format, read. */
export interface DatabaseFile {
  /** How messages name it. */
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * One database of several files in MaxMind's format (GeoLite2, DB-IP, IPinfo and those that name their fields likewise). Of several that
 * know an address the first answers for country, for network, for place. Throws `UsageError` that names a file which is none.
 * https://maxmind.github.io/MaxMind-DB/
 */
export const mmdbDatabase = (files: readonly DatabaseFile[]): NetworkDatabase => {
  const readers = files.map(readerOf)
  const known = new Map<string, AddressOrigin | undefined>()
  return {
    editions: readers.map(({ edition }) => edition),
    of: (source) => {
      if (source.length > MAX_ADDRESS) return undefined
      if (known.has(source)) return known.get(source)
      if (known.size >= MAX_REMEMBERED) known.clear()
      const address = addressOf(source)
      const found = address ? united(readers.map((reader) => reader.of(address))) : undefined
      known.set(source, found)
      return found
    },
  }
}

/** Full IPv6 with an IPv4 address at its end. */
const MAX_ADDRESS = 45
/** The same few addresses come again and again. */
const MAX_REMEMBERED = 5000

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Texts such as `1`, `0x7f.1` or `010.0.0.1`, which some parsers take for addresses, are none. */
const addressOf = (source: string): Address | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(source)) return ipaddr.IPv4.parse(source)
  if (!source.includes(':') || !/^[0-9a-f:.]+$/i.test(source) || !ipaddr.IPv6.isValid(source))
    return undefined
  return ipaddr.process(source)
}

interface FileReader {
  readonly edition: string
  of(address: Address): AddressOrigin | undefined
}

/** Ends the search tree and its data. */
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const METADATA_BYTES = 128 * 1024
const SEPARATOR_BYTES = 16

const readerOf = ({ name, bytes }: DatabaseFile): FileReader => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const metadataAt = buffer.lastIndexOf(MARKER)
  const wrong = (found: string) =>
    new UsageError(`${name}: expected a database of networks in MaxMind's format (.mmdb), found ${found}`)
  if (metadataAt < 0 || buffer.length - metadataAt > METADATA_BYTES) throw wrong(kindOfBytes(buffer))
  const reader = openReader(buffer, (error) => wrong(`a damaged one (${messageOf(error)})`))
  const { binaryFormatMajorVersion, ipVersion, searchTreeSize, databaseType, buildEpoch } = reader.metadata
  if (binaryFormatMajorVersion !== 2) throw wrong(`version ${String(binaryFormatMajorVersion)} of it`)
  if (ipVersion !== 4 && ipVersion !== 6) throw wrong(`one of IP version ${String(ipVersion)}`)
  if (!(searchTreeSize > 0 && searchTreeSize + SEPARATOR_BYTES <= metadataAt))
    throw wrong('a damaged one (its search tree is longer than the file)')
  const built = Number.isNaN(buildEpoch.getTime()) ? 'unknown day' : buildEpoch.toISOString().slice(0, 10)
  return {
    edition: `${text(databaseType)?.slice(0, 60) ?? name} of ${built}`,
    of: (address) =>
      ipVersion === 4 && address.kind() === 'ipv6' ? undefined : originIn(recordOf(reader, address)),
  }
}

const openReader = (buffer: Buffer, wrong: (error: unknown) => UsageError) => {
  try {
    return new Reader<Response>(buffer, { cache: decodedValues() })
  } catch (error) {
    throw wrong(error)
  }
}

const MAX_VALUES = 10_000

/** What pointers lead to, decoded once: pointers to pointers would else be followed without end, and without room. */
const decodedValues = () => {
  const values = new Map<number | string, unknown>()
  return {
    get: (key: number | string) => values.get(key),
    set: (key: number | string, value: unknown) => {
      if (values.size >= MAX_VALUES) values.clear()
      values.set(key, value)
    },
  }
}

/** Damage deep in a file shows when an address leads there: of that address nothing is known. */
const recordOf = (reader: Reader<Response>, address: Address): unknown => {
  try {
    return reader.get(address.toString())
  } catch {
    return undefined
  }
}

/** Tab and ends of lines. */
const WHITE: ReadonlySet<number> = new Set([9, 10, 13])

/** What somebody gave for a database. */
const kindOfBytes = (bytes: Buffer): string => {
  if (bytes.length === 0) return 'an empty file'
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'a gzip archive: unpack it first'
  if (bytes.toString('latin1', 0, 2) === 'PK') return 'a ZIP archive: unpack it first'
  if (bytes.toString('latin1', 257, 262) === 'ustar') return 'a tar archive: unpack it first'
  const start = bytes.subarray(0, 512)
  if (start.every((byte) => byte >= 0x20 || WHITE.has(byte)))
    return start.includes(0x2c) ? 'text, perhaps CSV' : 'text'
  return `${bytes.length} bytes without the mark of its end: another format, or cut off`
}

/** The same facts by the names that different publishers give them. */
const ASN = [['autonomous_system_number'], ['asn'], ['as', 'asn'], ['traits', 'autonomous_system_number']]
const ORGANIZATION = [
  ['autonomous_system_organization'],
  ['as_name'],
  ['as', 'name'],
  ['traits', 'autonomous_system_organization'],
  ['name'],
]
const COUNTRY = [['country', 'iso_code'], ['country_code'], ['geo', 'country_code'], ['country']]
const LATITUDE = [['location', 'latitude'], ['latitude'], ['lat'], ['geo', 'latitude']]
const LONGITUDE = [['location', 'longitude'], ['longitude'], ['lng'], ['geo', 'longitude']]
const RADIUS = [['location', 'accuracy_radius'], ['accuracy_radius'], ['radius'], ['geo', 'radius']]

type Paths = readonly (readonly string[])[]

const first = <T>(record: unknown, paths: Paths, read: (value: unknown) => T | undefined): T | undefined => {
  for (const path of paths) {
    const value = read(at(record, ...path))
    if (value !== undefined) return value
  }
  return undefined
}

const originIn = (record: unknown): AddressOrigin | undefined => {
  if (!isObject(record)) return undefined
  const country = first(record, COUNTRY, countryOf)
  const asn = first(record, ASN, asnOf)
  const organization = asn === undefined ? undefined : first(record, ORGANIZATION, text)?.slice(0, 100)
  return {
    ...(country && { country }),
    ...(asn && { asn }),
    ...(organization && { organization }),
    ...spotIn(record),
  }
}

const spotIn = (record: unknown): AddressOrigin => {
  const latitude = first(record, LATITUDE, (value) => numberOf(value, 90))
  const longitude = first(record, LONGITUDE, (value) => numberOf(value, 180))
  // what is not known is written as a place in the Gulf of Guinea
  if (latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0)) return {}
  const radius = first(record, RADIUS, (value) => numberOf(value, 20_100))
  return { latitude, longitude, ...(radius !== undefined && radius >= 0 && { accuracyRadius: radius }) }
}

const countryOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : undefined

/** `64496`, or `AS64496`. */
const asnOf = (value: unknown): number | undefined => {
  const digits = /^(?:AS)?(\d{1,10})$/i.exec(
    typeof value === 'number' ? String(value) : (text(value) ?? ''),
  )?.[1]
  const asn = Number(digits)
  return asn > 0 && asn <= 0xffff_ffff ? asn : undefined
}

/** A number, or a text that is one, between `-most` and `most`. */
const numberOf = (value: unknown, most: number): number | undefined => {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)))
    return undefined
  return Math.abs(Number(value)) <= most ? Number(value) : undefined
}

const united = (answers: readonly (AddressOrigin | undefined)[]): AddressOrigin | undefined => {
  const known = answers.filter((answer) => answer !== undefined)
  const country = known.find((answer) => answer.country !== undefined)?.country
  const network = known.find((answer) => answer.asn !== undefined)
  const spot = known.find((answer) => answer.latitude !== undefined)
  const found = {
    ...(country && { country }),
    ...pick(network, 'asn', 'organization'),
    ...pick(spot, 'latitude', 'longitude', 'accuracyRadius'),
  }
  return Object.keys(found).length > 0 ? found : undefined
}

const pick = (from: AddressOrigin | undefined, ...names: readonly (keyof AddressOrigin)[]): AddressOrigin =>
  Object.fromEntries(names.filter((name) => from?.[name] !== undefined).map((name) => [name, from?.[name]]))
