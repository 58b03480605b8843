import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The account the emulator plays. */
export const ACCOUNT = '111122223333'

/** MiniStack's command: MINISTACK, the PATH, or .venv; `undefined` when it is not installed. */
export const ministackCommand = (): string | undefined =>
  [
    process.env['MINISTACK'],
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'ministack')),
    join(ROOT, '.venv/bin/ministack'),
  ].find((file) => file && existsSync(file))

/** Answers one call itself, or leaves it to the emulator with `undefined`. */
export type Override = (target: string) => unknown

/**
 * Starts MiniStack on a free loopback port, behind a proxy that answers the calls MiniStack does not know. Functions get the
 * proxy as AWS_ENDPOINT_URL from their environment, as they would any endpoint. `more` is environment of MiniStack itself: `AUTH: 'true'`
 * has it hold every call against IAM.
 */
export const startEmulator = async (
  command: string,
  override: Override,
  more: Readonly<Record<string, string>> = {},
) => {
  const port = await freePort()
  const proxy = createServer((incoming, outgoing) => void relay(incoming, outgoing, port, override))
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready))
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const child = spawn(command, [], {
    cwd: ROOT,
    stdio: 'ignore',
    env: {
      HOME: process.env['HOME'],
      PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`, // its functions run on this Node
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      AWS_ENDPOINT_URL: endpoint,
      ...more,
    },
  })
  await healthy(port, child)
  return { endpoint, stop: () => stop(child, proxy) }
}

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo
      socket.close(() => found(port))
    })
  })

const healthy = async (port: number, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 120; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/_ministack/health`).catch(() => undefined)
    if (answer?.ok) return
    if (child.exitCode !== null) break
    await sleep(500)
  }
  throw new Error(`MiniStack did not start (exit code ${child.exitCode})`)
}

const stop = async (child: ChildProcess, proxy: Server): Promise<void> => {
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await Promise.race([gone, sleep(5000).then(() => child.kill('SIGKILL'))])
  proxy.closeAllConnections()
  proxy.close()
}

const relay = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  override: Override,
): Promise<void> => {
  const answer = override(String(incoming.headers['x-amz-target'] ?? ''))
  if (answer !== undefined) {
    incoming.resume()
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
    return
  }
  const { method, url: path, headers } = incoming
  const forward = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(outgoing)
  })
  forward.on('error', () => outgoing.destroy())
  incoming.pipe(forward)
}

/** Asks until it has an answer. Throws what was waited for when there is none in time. */
export const eventually = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  for (let attempt = 0; attempt < 90; attempt++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(1000)
  }
  throw new Error(`waited for ${what}, and it did not come`)
}
