import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a process did and what it cost. */
export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Seconds. */
  readonly wall: number
  readonly cpu: number
  /** Bytes at the most. */
  readonly memory: number
}

/** Environment of a caller of the stand-in at `endpoint`, free of what this machine has configured. */
export const callerOf = (endpoint: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('AWS_') ? [] : [[name, value]],
    ),
  ),
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  NO_COLOR: '1',
})

/** Runs a command to its end. The time and memory are those of its own process, as `wait4` tells them. */
export const run = (command: readonly string[], env: Record<string, string>): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const [wrapper, ...rest] = existsSync(TIME) ? [TIME, '-f', FORMAT, ...command] : command
    const started = performance.now()
    const child = spawn(wrapper!, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data) => (stdout += data))
    child.stderr.on('data', (data) => (stderr += data))
    child.on('error', reject)
    child.on('close', (status) => {
      const wall = (performance.now() - started) / 1000
      const [, user = '', system = '', kilobytes = ''] = COST.exec(stderr) ?? []
      resolve({
        status: status ?? -1,
        stdout,
        stderr: stderr.replace(COST, ''),
        wall,
        cpu: user ? Number(user) + Number(system) : Number.NaN,
        memory: kilobytes ? Number(kilobytes) * 1024 : Number.NaN,
      })
    })
  })

const TIME = '/usr/bin/time'
const FORMAT = 'cost %U %S %M'
const COST = /(?:Command exited[^\n]*\n)?cost ([\d.]+) ([\d.]+) (\d+)\n?$/

/** Where an AWS CLI is: those named, or the one on the PATH. Empty when there is none. */
export const awsCommands = (named: readonly string[]): readonly string[] => {
  if (named.length > 0) return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'aws')).find((path) => existsSync(path))
  return found ? [found] : []
}

/** `aws-cli/1.45.55` of a command. */
export const awsVersion = async (command: string): Promise<string> => {
  const { stdout, stderr } = await run([command, '--version'], callerOf('http://127.0.0.1:9'))
  return /aws-cli\/[\d.]+/.exec(stdout + stderr)?.[0] ?? 'aws-cli of unknown version'
}

/** Our own command line, from the source or as built. */
export const ours = (built = false): readonly string[] => {
  const root = join(import.meta.dirname, '..')
  return [process.execPath, join(root, built ? 'dist/bin/trailwarden.js' : 'bin/trailwarden.ts'), 'verify']
}
