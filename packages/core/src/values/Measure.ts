/**
 * Numbers that this process keeps about itself, for whoever watches over it (docs/operations/metrics.md).
 *
 * They are Effect's metrics in its own registry, which `/metrics` and the exporters read. Here they are updated without an effect, since what
 * is counted is on hot paths: an update is a look-up in a map and an addition. Labels are of few values that are our own: never an id, a
 * path or anything that a client sent.
 */
import { Context, Effect, Metric, type Scope } from "effect"

/** Values of the labels of one series, by their names. */
export type Labels = Readonly<Record<string, string>>

const registry: Context.Context<never> = Context.empty()

/** Adds to a count. */
export const count = (counter: Metric.Counter<number>, by = 1): void => counter.updateUnsafe(by, registry)

/** Adds a value to a distribution. */
export const observe = (histogram: Metric.Histogram<number>, value: number): void =>
  histogram.updateUnsafe(value, registry)

/** A series that is there from the beginning, at 0, so that what has not happened yet shows. */
const begun = <M extends Metric.Metric<never, unknown>>(metric: M): M => {
  metric.valueUnsafe(registry)
  return metric
}

/** A count that only goes up. Its name ends in `_total`. */
export const counter = (name: string, description: string, attributes: Labels = {}): Metric.Counter<number> =>
  begun(Metric.counter(name, { description, attributes, incremental: true }))

/** A count for each of the values of one label. */
export const counters = <const Value extends string>(
  name: string,
  description: string,
  label: string,
  values: ReadonlyArray<Value>
): (value: Value, by?: number) => void => {
  const all = new Map<string, Metric.Counter<number>>(
    values.map((value) => [value, counter(name, description, { [label]: value })])
  )
  return (value, by) => {
    const series = all.get(value)
    if (series !== undefined) count(series, by)
  }
}

/** A distribution; `boundaries` are the upper bounds of its buckets. */
export const histogram = (
  name: string,
  description: string,
  boundaries: ReadonlyArray<number>,
  attributes: Labels = {}
): Metric.Histogram<number> => begun(Metric.histogram(name, { description, boundaries, attributes }))

/** Seconds of what one waits for, from a millisecond to ten seconds. */
export const waitBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const nothing = (): void => {}

/** A value that is read whenever it is asked for, until the scope closes. */
export const gauge = (
  name: string,
  description: string,
  read: () => number,
  attributes: Labels = {}
): Effect.Effect<void, never, Scope.Scope> =>
  series(Metric.gauge(name, { description, attributes }), () => ({ value: read() }))

/** The same of a count that somebody else keeps. */
export const keptCounter = (
  name: string,
  description: string,
  read: () => number,
  attributes: Labels = {}
): Effect.Effect<void, never, Scope.Scope> =>
  series(counter(name, description, attributes), () => ({ count: read(), incremental: true }))

const series = <Input, State>(
  metric: Metric.Metric<Input, State>,
  get: () => State
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => Metric.registerUnsafe(metric, registry, { get, update: nothing, modify: nothing })),
      (registration) => Effect.sync(() => registration.remove())
    )
  )
