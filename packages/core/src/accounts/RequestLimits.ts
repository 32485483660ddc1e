/**
 * How many requests a network and a player may send, by the class of what they ask for (docs/decisions/0063).
 *
 * This counts requests, whatever becomes of them, so that nobody takes the server's time from the others. Wrong passwords, wrong codes and
 * sign-ups are counted for what they are besides (`Throttle`).
 */
import { Result } from "effect"

/** What is asked for, by what it costs and whom it could hurt. */
export const requestClasses = [
  "credentials",
  "money",
  "buy",
  "rooms",
  "read",
  "heavy",
  "live",
  "pages",
  "webhooks",
  "internal"
] as const
export type RequestClass = typeof requestClasses[number]

/** The classes in which a player is counted too, from wherever they ask. */
const playerClasses = ["credentials", "money", "buy", "rooms", "read", "heavy"] as const
type PlayerClass = typeof playerClasses[number]

/** The name of a limit: a class, for a network's; with `-user`, for a player's. */
export type PolicyName = RequestClass | `${PlayerClass}-user`

/** So many requests in a window, which begins with the first of them. */
export interface Quota {
  readonly quantity: number
  readonly seconds: number
}

export type RequestLimits = Readonly<Record<PolicyName, Quota>>

const aMinute = (quantity: number): Quota => ({ quantity, seconds: 60 })

/**
 * What holds unless RATE_LIMITS says otherwise.
 *
 * A network may be an office, or thousands of a mobile provider's customers behind one address: at most 2,000 of them listen to live
 * updates, who refresh their tokens four times an hour and look and buy a few times a minute. A player's are far more than hands can do.
 */
export const defaultLimits: RequestLimits = {
  credentials: aMinute(300),
  "credentials-user": aMinute(30),
  money: aMinute(300),
  "money-user": aMinute(60),
  buy: aMinute(6_000),
  "buy-user": aMinute(600),
  rooms: aMinute(3_000),
  "rooms-user": aMinute(300),
  read: aMinute(12_000),
  "read-user": aMinute(1_200),
  heavy: aMinute(300),
  "heavy-user": aMinute(60),
  live: aMinute(6_000),
  pages: aMinute(6_000),
  webhooks: aMinute(12_000),
  internal: aMinute(12_000)
}

const isPolicyName = (name: string): name is PolicyName => Object.hasOwn(defaultLimits, name)

/** Every limit by its name. */
export const policyNames: ReadonlyArray<PolicyName> = Object.keys(defaultLimits).filter(isPolicyName)

/** The name of a player's limit in a class; undefined where players are not counted. */
export const playerPolicy = (requestClass: RequestClass): PolicyName | undefined =>
  playerClasses.some((each) => each === requestClass) ? `${requestClass as PlayerClass}-user` : undefined

/**
 * Whether all processes count together: of what is rare, and must not become more with each process. The others count by themselves, since
 * a statement for each request would cost more than most requests.
 */
export const isShared = (policy: PolicyName): boolean => policy.startsWith("credentials") || policy.startsWith("money")

/** How a request counted. */
export interface RequestCount {
  /** It was one too many. */
  readonly isOver: boolean
  /** How many more there may be in this window. */
  readonly remaining: number
  /** Whole seconds until the window ends, one at least. */
  readonly reset: number
}

/** What a store of counts tells of a window: how many more there may be, and when it ends. */
export interface CountedWindow {
  readonly remainingPoints: number
  readonly msBeforeNext: number
}

/**
 * What a store said of a request that it counted, and whether it was one too many. A clock that was set back meanwhile makes nobody wait for
 * longer than a window.
 */
export const requestCount = (
  { seconds }: Quota,
  isOver: boolean,
  { msBeforeNext, remainingPoints }: CountedWindow
): RequestCount => ({
  isOver,
  remaining: isOver ? 0 : remainingPoints,
  reset: Math.min(seconds, Math.max(1, Math.ceil(msBeforeNext / 1_000)))
})

/** Limits that nobody meets, as RATE_LIMITS has them: for programs that ask for thousands of players from one address, and still count. */
export const unmetLimits: string = policyNames.map((name) => `${name}=1000000000/60s`).join(",")

const quantityMax = 1_000_000_000
const secondsMax = 86_400

/** `credentials=30/60s,buy-user=100/60s`: the defaults with these instead; `off`. Fails with what is wrong, to be read after "RATE_LIMITS: ". */
export const readRequestLimits = (text: string): Result.Result<RequestLimits | "off", string> => {
  if (text === "off") return Result.succeed("off")
  const limits = { ...defaultLimits }
  const named = new Set<PolicyName>()
  for (const part of text.split(",").map((each) => each.trim())) {
    const [, name = "", quantityText, secondsText] = /^([a-z-]+)=(\d{1,10})\/(\d{1,5})s$/.exec(part) ?? []
    if (!isPolicyName(name)) {
      return Result.fail(
        `each limit is a name, a number of requests and a window, such as buy=600/60s; the names are ${
          policyNames.join(", ")
        }`
      )
    }
    const [quantity, seconds] = [Number(quantityText), Number(secondsText)]
    if (quantity < 1 || quantity > quantityMax || seconds < 1 || seconds > secondsMax) {
      return Result.fail(
        `${name} is 1 to ${quantityMax} requests in 1 to ${secondsMax} seconds, such as ${name}=600/60s`
      )
    }
    if (named.has(name)) return Result.fail(`${name} stands twice; write it once`)
    named.add(name)
    limits[name] = { quantity, seconds }
  }
  return Result.succeed(limits)
}
