/** What is sent: values that a schema takes, such that it nearly takes, and such that nobody means well with. */
import * as fc from "fast-check"
import { isRecord, type JsonSchema, membersOf, requiredIn, resolved, schemasIn } from "../support/JsonSchema.ts"
import type { Cast } from "./Cast.ts"

/** A password that every player of a run has. */
const knownPassword = "correct horse battery staple"

/** Texts that look like what is meant somewhere, or like nothing that is. */
const junkTexts: ReadonlyArray<string> = [
  "",
  " ",
  "0",
  "-1",
  "1e9",
  "NaN",
  "null",
  "1.00",
  "0.01",
  "-0.00",
  "999999999.99",
  "10000000000.00",
  "٣.00",
  "99999999999999999999",
  "9223372036854775808",
  "f".repeat(36),
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "0190E1A2-5C3E-7000-8000-0000000000D1",
  "2026-02-30",
  "0000-01-01",
  "9999-12-31",
  "infinity",
  "0000-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "DDL-20260203-00000",
  "ROOM-222222-00000",
  "222222",
  "' OR 1=1 --",
  "$(id)",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "__proto__",
  "constructor",
  "a@b.cc",
  "ﬁ@ｅｘａｍｐｌｅ.com",
  "\u0130ı\u00df\u1e9e",
  "\u034f\u3164\u115f\ufe0f\u2800",
  "\u202e\u2066",
  "\u0000",
  "\ud800",
  "\ud83d\ude00".repeat(200),
  "a".repeat(5_000),
  `${"a".repeat(40)}!`,
  `${"1-".repeat(500)}x`
]

const junkValues: ReadonlyArray<unknown> = [
  ...junkTexts,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -0,
  [],
  [[[[]]]],
  {},
  [null],
  { $gt: "" },
  { length: 3 },
  JSON.parse("{\"__proto__\":{\"a\":1}}"),
  Array.from({ length: 300 }, () => 0)
]

export const junkText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...junkTexts) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) }
)

const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...junkValues) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) }
)

/** One of those that are there when it is asked for; something else where none is. */
const oneOf = (list: () => ReadonlyArray<string>, otherwise: string): fc.Arbitrary<string> =>
  fc.nat(1_000).map((nth) => list()[nth % Math.max(1, list().length)] ?? otherwise)

/** Keeps what is made for each text: some arbitraries are dear to make. */
const made = <A>(make: (text: string) => fc.Arbitrary<A>): (text: string) => fc.Arbitrary<A> => {
  const kept = new Map<string, fc.Arbitrary<A>>()
  return (text) => {
    const arbitrary = kept.get(text) ?? make(text)
    kept.set(text, arbitrary)
    return arbitrary
  }
}

/** Any characters that people see as one; at most so many. */
const anyText = made((most) => fc.string({ maxLength: Number(most), unit: "grapheme" }))

/** Texts of a pattern; of one with properties of Unicode or a look ahead, which are not made, those that happen to match. */
const matching = made((pattern) => {
  const expression = new RegExp(pattern, "u")
  return /\\p\{|\(\?[=!<]/.test(pattern)
    ? anyText("60").filter((text) => expression.test(text))
    : fc.stringMatching(expression)
})

/** Values of the schemas of a document, by who is there at the moment. */
export const makeValues = (document: unknown, cast: () => Cast) => {
  const uuid = fc.oneof(
    { weight: 3, arbitrary: oneOf(() => cast().ids, "019c2070-0000-7000-8000-00000000000a") },
    { weight: 1, arbitrary: fc.uuid({ version: 7 }) }
  )
  const named: Readonly<Record<string, fc.Arbitrary<string>>> = {
    id: fc.oneof(oneOf(() => cast().rooms, "222222"), uuid),
    ticketId: oneOf(() => cast().tickets, "DDL-20260203-7K3QX"),
    drawDate: oneOf(() => cast().days, "2026-02-03"),
    userId: oneOf(() => cast().actors.map(({ userId }) => userId), "019c2070-0000-7000-8000-00000000000a"),
    code: oneOf(() => cast().codes, "222222"),
    currentPassword: fc.constantFrom(knownPassword, "another password of mine"),
    password: fc.oneof(fc.constant(knownPassword), fc.string({ minLength: 10, maxLength: 20 })),
    amount: fc.constantFrom("1.00", "1.01", "5.00", "20.00", "0.01", "999999999.99"),
    drawAt: fc.constantFrom("2026-02-04T12:00:00.000Z", "2026-02-04T23:00:00.000Z"),
    email: fc.oneof(
      oneOf(() => cast().emails, "nobody@example.com"),
      fc.nat(1e9).map((nth) => `f${nth}@example.com`)
    ),
    refreshToken: oneOf(() => cast().refreshTokens, "none"),
    token: oneOf(() => cast().mailedTokens, "none"),
    month: fc.constantFrom("2026-02", "2026-01"),
    username: fc.nat(1e9).map((nth) => `f.${nth}`),
    name: fc.string({ minLength: 1, maxLength: 100 })
  }

  const text = (schema: JsonSchema, name: string | undefined): fc.Arbitrary<string> => {
    const own = name === undefined ? undefined : named[name]
    const { examples, format, maxLength, pattern } = schema
    const given = Array.isArray(examples) ? examples.filter((each) => typeof each === "string") : []
    const free = format === "uuid"
      ? uuid
      : typeof pattern === "string"
      ? matching(pattern)
      : anyText(String(Math.min(60, typeof maxLength === "number" ? maxLength : 60)))
    return fc.oneof(
      { weight: own === undefined ? 0 : 4, arbitrary: own ?? free },
      { weight: given.length === 0 ? 0 : 1, arbitrary: given.length === 0 ? free : fc.constantFrom(...given) },
      { weight: 1, arbitrary: free }
    )
  }

  const valid = (given: JsonSchema, name?: string): fc.Arbitrary<unknown> => {
    const schema: JsonSchema = {
      ...resolved(document, given),
      ...(given["examples"] === undefined ? {} : { examples: given["examples"] })
    }
    const { enum: values, items, maximum, minimum, type } = schema
    const choices = schemasIn(schema, "anyOf")
    if (choices.length > 0) return fc.oneof(...choices.map((choice) => valid(choice, name)))
    if (Array.isArray(values)) return fc.constantFrom(...values)
    switch (type) {
      case "string":
        return text(schema, name)
      case "integer":
        return fc.integer({
          min: typeof minimum === "number" ? minimum : -1_000,
          max: typeof maximum === "number" ? Math.min(maximum, 2 ** 31 - 1) : 1_000
        })
      case "boolean":
        return fc.boolean()
      case "null":
        return fc.constant(null)
      case "array":
        return fc.array(valid(isRecord(items) ? items : {}), { maxLength: 4 })
      case "object": {
        const required = new Set(requiredIn(schema))
        const members = membersOf(schema).map(([key, member]) => [key, valid(member, key)] as const)
        return members.length === 0
          ? fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
          : fc.record(Object.fromEntries(members), { requiredKeys: [...required] })
      }
      default:
        return junkValue
    }
  }

  /** A body that is right but for one thing, as text. */
  const near = (schema: JsonSchema): fc.Arbitrary<string> =>
    fc.record({ value: valid(schema), junk: junkValue, junkName: junkText, nth: fc.nat(50), how: fc.nat(6) }).map(
      ({ how, junk, junkName, nth, value }) => {
        if (!isRecord(value)) return JSON.stringify(junk)
        const names = Object.keys(value)
        const name = names[nth % Math.max(1, names.length)] ?? "x"
        const others = Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
        const whole = JSON.stringify(value)
        switch (how) {
          case 0:
            return JSON.stringify(others)
          case 1:
            return JSON.stringify({ ...value, [junkName]: junk })
          case 2:
            return `${whole.slice(0, -1)}${whole === "{}" ? "" : ","}${JSON.stringify(name)}:${JSON.stringify(junk)}}`
          case 3:
            return JSON.stringify({ ...others, [name.toUpperCase()]: value[name] })
          case 4:
            return JSON.stringify({ ...value, [name]: [value[name]] })
          default:
            return JSON.stringify({ ...value, [name]: junk })
        }
      }
    )

  return { valid, near }
}

const deep = 3_000

/** Bodies that are no JSON, or that somebody hopes to be too much. */
export const hostileBody: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "",
      " ",
      "{",
      "}",
      "[]",
      "null",
      "0",
      "\"\"",
      "{\"a\":1}",
      "{\"a\":1,\"a\":2}",
      "{\"__proto__\":{\"isAdmin\":true}}",
      "{\"constructor\":{\"prototype\":{}}}",
      "{\"amount\":1e999}",
      "{\"quantity\":1e999}",
      "{\"quantity\":01}",
      "{\"quantity\":1,}",
      "{'quantity':1}",
      "{\"\\u0000\":1}",
      "{\"a\":\"\\ud800\"}",
      "\ufeff{}",
      "{}{}",
      "{} ",
      "// {}",
      "[".repeat(deep),
      "{\"a\":".repeat(deep),
      `${"[".repeat(deep)}${"]".repeat(deep)}`,
      `{"a":"${"x".repeat(60_000)}"}`,
      `{${Array.from({ length: 3_000 }, (_, nth) => `"k${nth}":0`).join()}}`,
      `{"email":"${"a".repeat(50_000)}@b.cc","password":"x"}`,
      `{"a":${"9".repeat(50_000)}}`,
      "x".repeat(70_000)
    ).map((text) => Buffer.from(text))
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) }
)
