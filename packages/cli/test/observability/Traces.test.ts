import { assert, describe, it } from "@effect/vitest"
import { Context, Exit, Option, Tracer } from "effect"
import { sampling } from "../../src/observability/Traces.ts"

/** Spans as a collector is told them, and a tracer in seconds of the test's own. */
const collected = () => {
  let now = 1_000
  const told: Array<Tracer.Span> = []
  const otlp = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      if (options.sampled) told.push(span)
      return span
    }
  })
  return {
    told,
    tracer: sampling(otlp, () => now),
    nextSecond: () => {
      now += 1_000
    }
  }
}

const begin = (
  tracer: Tracer.Tracer,
  name: string,
  { kind = "internal", parent }: { readonly kind?: Tracer.SpanKind; readonly parent?: Tracer.AnySpan } = {}
): Tracer.Span =>
  tracer.span({
    name,
    kind,
    parent: Option.fromUndefinedOr(parent),
    annotations: Context.empty(),
    links: [],
    startTime: 0n,
    root: false,
    sampled: true
  })

const stranger = Tracer.externalSpan({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  sampled: true
})

describe("traces", () => {
  it("are of twenty requests a second, whatever strangers ask for, and of nothing that no request caused", () => {
    const { nextSecond, told, tracer } = collected()
    for (let n = 0; n < 100; n++) {
      begin(tracer, "GET", { kind: "server", parent: stranger })
      begin(tracer, "Clockwork.run")
    }
    assert.lengthOf(told, 20)
    nextSecond()
    begin(tracer, "GET", { kind: "server" })
    assert.lengthOf(told, 21)
  })

  it("have two hundred spans at most, each below the one that caused it", () => {
    const { told, tracer } = collected()
    const root = begin(tracer, "GET", { kind: "server", parent: stranger })
    for (let n = 0; n < 500; n++) {
      begin(tracer, "LedgerPg.wallet", { parent: begin(tracer, "A.step", { parent: root }) })
    }
    assert.lengthOf(told, 200)
    assert.isTrue(told.every(({ traceId }) => traceId === stranger.traceId))
  })

  it("tell no more than names, times, five attributes, and the kind of an error", () => {
    const { told, tracer } = collected()
    const span = begin(tracer, "SECRET-METHOD", { kind: "server" })
    span.attribute("http.request.method", "SECRET-METHOD")
    span.attribute("http.route", "/rooms/:id")
    for (const key of ["url.full", "url.path", "client.address", "http.request.header.cookie", "db.query.text"]) {
      span.attribute(key, "a secret")
    }
    span.event("a secret", 0n, { text: "a secret" })
    span.end(1n, Exit.die(new Error("a secret")))
    const child = begin(tracer, "A.step", { parent: span })
    child.end(1n, Exit.succeed("a secret"))
    const [first = assert.fail(), second = assert.fail()] = told
    assert.strictEqual(first.name, "(other)")
    assert.deepStrictEqual([...first.attributes], [["http.request.method", "(other)"], ["http.route", "/rooms/:id"]])
    const ends = [first, second].map(({ status }) => status._tag === "Ended" ? status.exit : assert.fail())
    assert.notInclude(JSON.stringify(ends), "secret")
    const error: unknown = Option.getOrUndefined(Exit.findErrorOption(ends[0] ?? Exit.void))
    assert.instanceOf(error, Error)
    assert.deepStrictEqual([error.message, error.stack], ["Defect", ""])
  })
})
