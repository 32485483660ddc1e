#!/usr/bin/env node
/** `ddd-verify`, as a process: a signal ends it at once, with what it knows by then. */
import { run } from "./Program.ts"
import { exitCodeOf } from "./Streams.ts"
import { processTerminal } from "./Terminal.ts"

const stopped = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort())
const code = await run(process.argv.slice(2), processTerminal(), stopped.signal)
process.exit(await exitCodeOf(code, stopped.signal.aborted))
