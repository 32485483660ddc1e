#!/usr/bin/env node
/** `ddd`: reads the command line, does what it asks, and ends with its exit code. */
import { availableParallelism } from "node:os"
import { endWithParent } from "./ParentProcess.ts"

// Passwords are hashed on libuv's threads, as many at a time as there are cores; files and names need some beside them.
// It is read when the first of them starts, so it is set before anything else is loaded.
process.env["UV_THREADPOOL_SIZE"] ??= String(availableParallelism() + 4)
endWithParent()

const { run } = await import("./Run.ts")
await run(process.argv.slice(2))
