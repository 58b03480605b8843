import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getEndpointFromInstructions } from '@smithy/core/endpoints'
import { SignatureV4 } from '@smithy/signature-v4'

/** Where the objects of a bucket are asked for, and who signs there. */
export interface BucketHost {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number | undefined
  readonly region: string
  /** Path of an object, encoded as S3 signs it. */
  pathOf(key: string): string
  /** Headers of a signed GET. `skew`: how far the clock of AWS is ahead of ours, milliseconds. */
  headersFor(path: string, skew: number): Promise<Record<string, string>>
}

export interface BucketHosts {
  of(bucket: string): Promise<BucketHost>
  /** `asked` said that the bucket is in another Region. False when that is where it was asked. */
  move(bucket: string, asked: BucketHost, region: string): Promise<boolean>
  /** Credentials have run out before their time: fetches new ones. */
  renew(): Promise<void>
}

/**
 * Hosts by bucket, from everything the SDK knows: endpoint variables and profiles, FIPS and dual-stack settings, path style, access
 * point ARNs. Asked of the SDK once per bucket; signing then costs a fraction of a GetObject call of the SDK.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const bucketHosts = (s3: S3Client): BucketHosts => {
  const hosts = new Map<string, Promise<BucketHost>>()
  const of = (bucket: string): Promise<BucketHost> => {
    const known = hosts.get(bucket)
    if (known !== undefined) return known
    const host = hostOf(s3, bucket)
    hosts.set(bucket, host)
    host.catch(() => hosts.delete(bucket))
    return host
  }
  return {
    of,
    async move(bucket, asked, region) {
      // Many reads are sent before the first is redirected: the others find it done.
      if ((await of(bucket)).region !== asked.region) return true
      if (region === asked.region) return false
      hosts.set(bucket, hostOf(s3, bucket, region))
      return true
    },
    async renew() {
      await s3.config.credentials({ forceRefresh: true })
    },
  }
}

const hostOf = async (s3: S3Client, bucket: string, region?: string): Promise<BucketHost> => {
  const config = region ? { ...s3.config, region: async () => region } : s3.config
  const { url, properties } = await getEndpointFromInstructions({ Bucket: bucket }, GetObjectCommand, config)
  const [scheme] = (properties?.['authSchemes'] ?? []) as { signingRegion?: string; signingName?: string }[]
  const signingRegion = scheme?.signingRegion ?? (await config.region())
  const signer = new SignatureV4({
    service: scheme?.signingName ?? 's3',
    region: signingRegion,
    credentials: s3.config.credentials,
    sha256: s3.config.sha256,
    uriEscapePath: false,
  })
  const protocol = url.protocol === 'http:' ? 'http:' : 'https:'
  const base = url.pathname.replace(/\/$/, '')
  return {
    protocol,
    hostname: url.hostname,
    port: url.port ? Number(url.port) : undefined,
    region: signingRegion,
    pathOf: (key) => `${base}/${key.split('/').map(encoded).join('/')}`,
    async headersFor(path, skew) {
      const headers = { host: url.host, 'x-amz-content-sha256': EMPTY_SHA256 }
      const request = { method: 'GET', protocol, hostname: url.hostname, path, query: {}, headers }
      const signed = await signer.sign(request, { signingDate: new Date(Date.now() + skew) })
      return signed.headers
    },
  }
}

/** SHA-256 of no bytes: the body of a GET. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const encoded = (segment: string): string =>
  encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
