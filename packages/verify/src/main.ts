#!/usr/bin/env node
/** `ddd-verify`, as a process. */
import { run } from "./Program.ts"
import { processTerminal } from "./Terminal.ts"

// whoever reads our output may stop reading: `ddd-verify --all … | head -1`
process.stdout.on("error", () => process.exit(0))
const stopped = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort())
process.exitCode = await run(process.argv.slice(2), processTerminal(), stopped.signal)
