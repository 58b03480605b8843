import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'

/** Is `moto_server` on the PATH? Tests that need it are skipped otherwise. */
export const hasMoto = spawnSync('moto_server', ['--help']).status === 0

/** Starts an account that moto plays, on a free loopback port; `more` is its environment besides ours. */
export const startMoto = async (more: Readonly<Record<string, string>> = {}) => {
  const port = await freePort()
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, ...more },
  })
  const endpoint = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 150; tries++) {
    if (await fetch(endpoint).catch(() => undefined)) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  /** From here on every call is held against IAM policies, or none is. */
  const enforce = async (on: boolean): Promise<void> => {
    const answer = await fetch(`${endpoint}/moto-api/reset-auth`, {
      method: 'POST',
      body: on ? '0' : 'Infinity',
    })
    if (!answer.ok) throw new Error(`moto: reset-auth answered ${answer.status}`)
  }
  return { endpoint, settings, enforce, stop: () => void moto.kill() }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
