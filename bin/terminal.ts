import { writeSync } from 'node:fs'
import { constants } from 'node:os'
import { styleText } from 'node:util'
import { type Options, SingleBar } from 'cli-progress'

/** Everything the command line prints goes through here: results on stdout, progress and messages on stderr. */
export interface Terminal {
  /** Results. */
  out(text: string): void
  /** Messages for people. */
  note(text: string): void
  /** A bar on a terminal once the work takes over a second; plain lines, seldom, elsewhere. */
  progress(what: string): Progress
  readonly paint: Paint
  readonly width: number
}

export interface Progress {
  update(done: number, total?: number): void
  stop(): void
}

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

/** The real terminal. Colours only where stdout is one, NO_COLOR is unset and `--no-color` was not given. */
export const processTerminal = (options: { color: boolean }): Terminal => {
  const { stdout, stderr } = process
  for (const stream of [stdout, stderr]) stream.on('error', leave)
  const colours = options.color && stdout.isTTY === true && stdout.getColorDepth() > 1
  return {
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    progress: (what) => (stderr.isTTY ? bar(what) : lines(what)),
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    width: stdout.columns ?? 110,
  }
}

/** When all results so far are written. Where they cannot be, the process ends instead. */
export const resultsWritten = (): Promise<void> =>
  new Promise((resolve) => void process.stdout.write('', () => resolve()))

/** Whoever reads may stop reading, as `head` does: that is no fault. A disk that is full is one. */
const leave = (error: NodeJS.ErrnoException): never => {
  if (error.code !== 'EPIPE') {
    try {
      writeSync(2, `trailwarden: the output cannot be written (${error.code})\n`)
    } catch {}
  }
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 2)
}

/** Prints results that end their lines themselves, and waits until whoever reads has taken them. */
export const writeResults = (text: string): Promise<void> =>
  new Promise((resolve) => void process.stdout.write(text, () => resolve()))

const SHOW_AFTER_MS = 1000

/** They end a run whose bar has hidden the cursor only after it is back. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const bar = (what: string): Progress => {
  const started = Date.now()
  const format = `${what} {bar} {value}/{total} · {rate}/s · {eta_formatted} left`
  const settings: Options = {
    stream: process.stderr,
    format,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    // Its own handler would stop the bar and let the run go on.
    gracefulExit: false,
  }
  let shown: SingleBar | undefined
  const interrupted = (signal: NodeJS.Signals): void => {
    shown?.stop()
    process.exit(128 + constants.signals[signal])
  }
  return {
    update: (done, total = 0) => {
      if (!shown && Date.now() - started < SHOW_AFTER_MS) return
      const rate = Math.round(done / ((Date.now() - started) / 1000))
      if (!shown) {
        shown = new SingleBar(settings)
        for (const signal of SIGNALS) process.once(signal, interrupted)
        shown.start(total, done, { rate })
      }
      shown.setTotal(Math.max(total, done))
      shown.update(done, { rate })
    },
    stop: () => {
      shown?.stop()
      for (const signal of SIGNALS) process.off(signal, interrupted)
    },
  }
}

const LINE_EVERY_MS = 10_000

const lines = (what: string): Progress => {
  let last = Date.now()
  return {
    update: (done, total) => {
      if (Date.now() - last < LINE_EVERY_MS) return
      last = Date.now()
      process.stderr.write(`${what}: ${done}${total ? ` of ${total}` : ''}\n`)
    },
    stop: () => {},
  }
}
