/**
 * The log of what is refused to strangers: by an engine before the application sees it, such as a webhook over its limit, or by a
 * webhook's handler.
 *
 * Anyone can be refused as fast as they can send. So of each kind, that is path, error code and reason, the first in a minute has
 * a line of its own, and the others are counted: one line more a minute. Paths are told by their templates, of which there
 * are a few dozen, so the log's size is bounded, and no flood of one kind hides another.
 */
import { networkOf } from "@ddd/core/accounts/Network"
import { visible } from "@ddd/core/values/Visible"
import { Effect, type Scope } from "effect"
import { countRefusal } from "../boundary/RequestMeasures.ts"
import { type Problem, type ProblemCode, problemStatus } from "../problems/Problem.ts"
import type { RequestRules } from "./EngineOptions.ts"
import { type Refuse, type RefusedRequest, renderRefusal } from "./Refusal.ts"

/** How many kinds are told apart in a minute; there are fewer, so that reaching it would be a fault of ours. */
const kindsMax = 1_000
const methodCharactersMax = 20

/** What all lines of one kind have in common. */
interface Kind {
  readonly path: string
  readonly code: ProblemCode
  /** Of a few dozen texts of our own. */
  readonly why?: string
}

class Minute {
  readonly #more = new Map<string, { readonly kind: Kind; count: number }>()

  /** Whether this is the first of its kind. */
  counts(kind: Kind): boolean {
    const key = `${kind.path} ${kind.code} ${kind.why ?? ""}`
    const known = this.#more.get(key)
    if (known !== undefined) known.count++
    else if (this.#more.size < kindsMax) this.#more.set(key, { kind, count: 0 })
    return known === undefined
  }

  /** How many were not told of, by kind; begins anew. */
  end(): ReadonlyArray<Kind & { readonly count: number }> {
    const more = Array.from(this.#more.values(), ({ count, kind }) => ({ ...kind, count }))
    this.#more.clear()
    return more.filter(({ count }) => count > 0)
  }
}

/** Logs a refusal: at once where it is the first of its kind in a minute, else as one of those that are counted. */
export type LogRefusal = (kind: Kind, more: Readonly<Record<string, unknown>>) => void

/** What logs refusals, until the scope closes. */
export const makeLog: Effect.Effect<LogRefusal, never, Scope.Scope> = Effect.gen(function*() {
  const fork = Effect.runForkWith(yield* Effect.context())
  const minute = new Minute()
  yield* Effect.suspend(() =>
    Effect.forEach(minute.end(), (more) => warn("more requests were refused in this minute", more), {
      discard: true
    })
  ).pipe(Effect.delay("1 minute"), Effect.forever, Effect.forkScoped)
  return (kind, more) => {
    if (minute.counts(kind)) fork(warn("a request was refused", kind, more))
  }
})

/** Renders refusals, and logs them until the scope closes. */
export const make = ({ answerHeaders, template }: RequestRules): Effect.Effect<Refuse, never, Scope.Scope> =>
  Effect.map(makeLog, (log) => (problem, request) => {
    const rendered = renderRefusal(problem, request, answerHeaders)
    countRefusal(problem.code)
    log(kindOf(problem, request, template), {
      method: request.method === undefined ? "(unread)" : shortened(request.method),
      network: visible(networkOf(request.clientAddress)),
      requestId: rendered.headers["x-request-id"]
    })
    return rendered
  })

const kindOf = ({ code }: Problem, { url }: RefusedRequest, template: RequestRules["template"]): Kind => ({
  path: url === undefined ? "(unread)" : template(url) ?? "(none)",
  code
})

const warn = (message: string, kind: Kind, more: Readonly<Record<string, unknown>> = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logWarning(message), { ...more, status: problemStatus[kind.code], ...kind })

const shortened = (method: string): string => visible(method.slice(0, methodCharactersMax))
