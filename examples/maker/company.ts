/**
 * The invented company: accounts, addresses, people, keys and things. Every account and address is one that is set
 * aside for documentation.
 */
export const ACCOUNT = '111122223333'
/** An account nobody in the company knows: the attacker shares a snapshot with it. */
export const OUTSIDE = '444455556666'
/** The monitoring vendor, which reads metrics through a role. */
export const VENDOR = '999988887777'

export const BUCKET = 'example-trail-logs-111122223333'
export const TRAIL = 'management-events'
export const TRAIL_ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${TRAIL}`
export const EXPORTS = 'example-customer-exports'
export const REGIONS = ['us-east-1', 'eu-west-1'] as const
export type Region = (typeof REGIONS)[number]

export const OFFICE = { maria: '192.0.2.21', tomas: '192.0.2.34', breakGlass: '192.0.2.50' }
export const CI = '198.51.100.17'
export const REPORTING_HOST = '198.51.100.23'
export const NAT = { 'us-east-1': '198.51.100.80', 'eu-west-1': '198.51.100.120' } as const
export const VENDOR_HOST = '198.51.100.201'
export const ATTACKER = '203.0.113.66'
export const STRANGER = '203.0.113.140'

export const KEYS = {
  build: 'AKIAEXAMPLEBUILD0001',
  backup: 'AKIAEXAMPLEBACKUP001',
  reportOld: 'AKIAEXAMPLEREPORT001',
  reportNew: 'AKIAEXAMPLEREPORT002',
  breakGlass: 'AKIAEXAMPLEBREAK0001',
}

export const AGENTS = {
  maria: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  tomas:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  terraform:
    'APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.66.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64',
  cli: 'aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe',
  lambda: 'aws-sdk-js/3.650.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.11.0 exec-env/AWS_Lambda_nodejs22.x',
  agent: 'aws-sdk-go/1.55.5 (go1.22.6; linux; amd64) amazon-ssm-agent/3.3.859',
  vendor:
    'Boto3/1.35.10 md/Botocore#1.35.10 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.5 md/pyimpl#CPython',
  /** The AWS CLI names the distribution it was installed from; this one is made for break-ins. */
  attackerFirst:
    'aws-cli/2.17.44 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.11-amd64 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#source md/distrib#kali.2026',
  /** What comes later hides better. */
  attackerScript:
    'Boto3/1.34.46 md/Botocore#1.34.46 ua/2.0 os/linux#6.8.11 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython',
  attacker:
    'aws-cli/2.15.0 md/awscrt#0.19.19 ua/2.0 os/linux#6.8.11 md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe',
  attackerBrowser: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0',
}

export const SSO_ADMIN = 'AWSReservedSSO_AdministratorAccess_5f0c2d9a1b3e4f67'
export const SSO_DEVELOPER = 'AWSReservedSSO_DeveloperAccess_8e41b7c05d2a9f13'
export const MARIA = 'maria.lindqvist@example.com'
export const TOMAS = 'tomas.herrera@example.com'

export const THINGS = {
  instances: {
    'us-east-1': ['i-0a1b2c3d4e5f60718', 'i-0b2c3d4e5f6071829'],
    'eu-west-1': ['i-0c3d4e5f607182930'],
  },
  vpc: { 'us-east-1': 'vpc-0a11b22c33d44e55f', 'eu-west-1': 'vpc-0f55e44d33c22b11a' },
  group: { 'us-east-1': 'sg-0a1b2c3d4e5f6a7b8', 'eu-west-1': 'sg-0c9d8e7f6a5b4c3d2' },
  volume: 'vol-0d4e5f60718293a4b',
  snapshot: 'snap-0e5f60718293a4b5c',
  kmsKey: '3c1f7f0e-5c1d-4b7e-9a2f-6d8b1e0a4c55',
}
