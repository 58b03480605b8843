import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TEMPLATE = 'cloudformation-template-update-stack.json'
const STATE = 'serverless-state.json'

/** Types MiniStack refuses. Left out of the test's copy of the package, never of the product's. */
export const REFUSED_TYPES = ['AWS::CloudTrail::Trail']

/** Runs the deploy tool against an endpoint; throws with its output when it fails. */
export const sls = async (project: string, endpoint: string, ...words: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/sls'), words, {
    cwd: project,
    timeout: 120_000,
    env: {
      HOME: tmpdir(),
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  })
  return stdout
}

/**
 * A copy of the project with its package in `package/`, less what MiniStack refuses, and the logical ids left out. `parameters` of the stack are those it was packaged
 * with, unless given here. A copy,
 * since the deploy tool empties .serverless when it is done.
 */
export const projectForEmulator = (
  parameters: Readonly<Record<string, string>> = {},
): { project: string; leftOut: string[] } => {
  const project = mkdtempSync(join(tmpdir(), 'trailwarden-'))
  // the template's rules for EventBridge are drawn from the rules, by code of the library
  for (const name of ['serverless.yml', 'package.json', 'resources', 'scripts', 'lib', 'rules']) {
    cpSync(join(ROOT, name), join(project, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))
  const folder = join(project, 'package')
  cpSync(join(ROOT, '.serverless'), folder, { recursive: true })
  const template = readJson(join(folder, TEMPLATE))
  const leftOut = Object.keys(template.Resources).filter((id) =>
    REFUSED_TYPES.includes(template.Resources[id].Type),
  )
  const state = readJson(join(folder, STATE))
  for (const one of state.service.provider.stackParameters) {
    one.ParameterValue = parameters[one.ParameterKey] ?? one.ParameterValue
  }
  for (const id of leftOut) {
    delete template.Resources[id]
    delete state.service.provider.compiledCloudFormationTemplate.Resources[id]
  }
  writeFileSync(join(folder, TEMPLATE), JSON.stringify(template))
  writeFileSync(join(folder, STATE), JSON.stringify(state))
  return { project, leftOut }
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
