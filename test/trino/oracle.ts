import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Trino 483 runs on this Java and newer. */
const JAVA_VERSION = 25
const HERE = fileURLToPath(new URL('.', import.meta.url))

export interface Answer {
  readonly columns?: readonly string[]
  readonly types?: readonly string[]
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly error?: string
}

/** A real Trino in a process of its own. */
export interface Oracle {
  /** Runs one statement; a refusal or failure of Trino comes back as `error`. */
  run(sql: string): Promise<Answer>
  /** Only reads the text with Trino's parser; undefined when it is accepted. */
  syntaxError(sql: string): Promise<string | undefined>
  close(): void
}

const majorVersion = (java: string): number => {
  try {
    const text = execFileSync(java, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return Number(/\b(\d+)\./.exec(text)?.[1] ?? /\b(\d+)\b/.exec(text)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The home of a Java that runs Trino, or undefined. */
const javaHome = (): string | undefined => {
  const folder = '/usr/lib/jvm'
  const installed = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  const homes = [process.env['JAVA_HOME'] ?? '', ...installed].filter((home) => home !== '')
  return homes.find((home) => majorVersion(join(home, 'bin/java')) >= JAVA_VERSION)
}

/** The jars of Trino, fetched by Maven on the first call. Throws where Maven or its repository is missing. */
const classpath = (home: string): string => {
  const dir = mkdtempSync(join(tmpdir(), 'trailwarden-trino-'))
  try {
    const output = join(dir, 'classpath')
    const goal = ['-B', '-q', '-f', join(HERE, 'pom.xml'), 'dependency:build-classpath']
    execFileSync('mvn', [...goal, `-Dmdep.outputFile=${output}`], {
      env: { ...process.env, JAVA_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 240_000,
    })
    return readFileSync(output, 'utf8').trim()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Starts Trino, or gives the reason why this machine cannot. */
export const startOracle = async (): Promise<Oracle | { readonly missing: string }> => {
  const home = javaHome()
  if (!home) return { missing: `no Java ${JAVA_VERSION} or newer in JAVA_HOME or /usr/lib/jvm` }
  let jars: string
  try {
    jars = classpath(home)
  } catch (error) {
    return { missing: `Maven cannot fetch Trino: ${String(error).split('\n')[0]}` }
  }
  const flags = ['-Xmx2g', '--add-modules=jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED']
  const args = [...flags, '-cp', jars, join(HERE, 'TrinoOracle.java')]
  return await connect(spawn(join(home, 'bin/java'), args, { stdio: ['pipe', 'pipe', 'pipe'] }))
}

const connect = async (child: ChildProcessWithoutNullStreams): Promise<Oracle> => {
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  let noise = ''
  child.stderr.on('data', (chunk) => {
    noise = `${noise}${chunk}`.slice(-2000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line))
  child.on('exit', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`Trino ended: ${noise}`))
  })
  const answer = () => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }))
  const ask = (request: object): Promise<string> => {
    const line = answer()
    child.stdin.write(`${JSON.stringify(request)}\n`)
    return line
  }
  await answer()
  return {
    run: async (sql) => JSON.parse(await ask({ sql })) as Answer,
    syntaxError: async (sql) => (JSON.parse(await ask({ parse: sql })) as Answer).error,
    close: () => child.stdin.end(),
  }
}
