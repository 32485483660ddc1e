import { mailedTicketsMax } from "@ddd/core/ports/MailSubjects"
import type { VoidReason } from "@ddd/core/proof/Record"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { withdrawalEvents } from "@ddd/core/values/Job"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import * as fc from "fast-check"
import type { Addressee } from "../src/Addressee.ts"
import type { Letter } from "../src/Letter.ts"
import { letterHtml } from "../src/LetterHtml.ts"
import * as Letters from "../src/Letters.ts"
import { letterText } from "../src/LetterText.ts"
import { linksOf } from "../src/Links.ts"
import { previews } from "../src/Previews.ts"
import { roomClosed } from "../src/RoomLetters.ts"
import * as TicketLetters from "../src/TicketLetters.ts"
import { withdrawalNews } from "../src/WithdrawalLetters.ts"
import { aClosedRoom, aDraw, aVoidDraw, aWin, boughtOf, ofRoom, withdrawalOf } from "./support/Subjects.ts"

const token = "x".repeat(43)

const askedAt = instant(Date.UTC(2026, 1, 3, 10, 30))

const marie = userId("01970000-0000-7000-8000-000000000001")

/** The letters of a withdrawal, each written when it is so. */
const withdrawalLetters = (addressee: Addressee): ReadonlyArray<Letter> =>
  withdrawalEvents.flatMap((event) =>
    withdrawalNews(event, {
      ...addressee,
      withdrawal: withdrawalOf(marie, event === "started" ? "pending" : event)
    }) ?? []
  )

const lettersTo = (username: string, newAddress: string): ReadonlyArray<Letter> => {
  const addressee = { username, links: linksOf("https://draws.example.com") }
  const invitation = {
    ...addressee,
    token: Redacted.make(token),
    until: instant(Date.UTC(2026, 1, 3, 11)),
    askedAt,
    askedFrom: null
  }
  return [
    Letters.welcome(invitation),
    Letters.verifyAddress(invitation),
    Letters.resetPassword(invitation),
    Letters.passwordChanged({ ...addressee, unlinkedPayoutAccount: false }),
    Letters.passwordChanged({ ...addressee, unlinkedPayoutAccount: true }),
    Letters.addressChanged({ ...addressee, newAddress }),
    TicketLetters.ticketsBought({ ...addressee, bought: boughtOf(100) }),
    TicketLetters.ticketsBought({ ...addressee, bought: ofRoom }),
    TicketLetters.won({ ...addressee, drawId: aDraw, win: aWin }),
    TicketLetters.drawVoid({ ...addressee, drawn: aVoidDraw }),
    ...withdrawalLetters(addressee),
    roomClosed({ ...addressee, closed: aClosedRoom })
  ]
}

/** The markup of a page without its words, and without the name that a link carries, as URLs write it. */
const tagsOf = (html: string): ReadonlyArray<string> =>
  html.replace(/(&amp;account=)[\w.*+%-]*/g, "$1").match(/<[^>]*>/g) ?? []

const typed = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'&amp;&lt;",
    "</style></head>",
    "a\r\n\r\nhttps://evil.example"
  )
)

const addressee: Addressee = { username: "marie", links: linksOf("https://draws.example.com") }

describe("the letter of bought tickets", () => {
  const letterOf = (count: number) => TicketLetters.ticketsBought({ ...addressee, bought: boughtOf(count) })

  it("names every ticket up to twenty, and says how many more there are, what they cost and when they are drawn", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), (count) => {
      const { tickets } = boughtOf(count)
      const text = letterText(letterOf(count))
      assert.deepStrictEqual(
        text.match(/^DDL-.*$/gm),
        tickets.map(({ position, ticketId }) => `${ticketId}: position ${position}`)
      )
      const more = count - mailedTicketsMax
      assert.strictEqual(
        /^and ([\d,]+) more\.$/m.exec(text)?.[1]?.replaceAll(",", ""),
        more > 0 ? `${more}` : undefined
      )
      assert.strictEqual(/^You paid: \$([\d,]+)\.00$/m.exec(text)?.[1]?.replaceAll(",", ""), `${count}`)
      assert.include(text, "The pot now: $1,234.00\nDraw time: 4 February 2026 at 00:00 UTC")
    }))
  })

  it("counts in its subject, and calls a room's draw the room", () => {
    assert.strictEqual(letterOf(1).subject, "Your ticket in the draw of 3 February 2026")
    assert.strictEqual(letterOf(3).subject, "Your 3 tickets in the draw of 3 February 2026")
    assert.strictEqual(letterOf(1_204).subject, "Your 1,204 tickets in the draw of 3 February 2026")
    const room = TicketLetters.ticketsBought({ ...addressee, bought: ofRoom })
    assert.strictEqual(room.subject, "Your ticket in the room")
    assert.include(letterText(room), "Draw time: when the host starts it")
    assert.notMatch(letterText(room), /null|NaN|undefined/)
  })
})

describe("the letter to a winner", () => {
  it("says what was won with which ticket, and where the draw can be checked", () => {
    const letter = TicketLetters.won({ ...addressee, drawId: aDraw, win: aWin })
    assert.strictEqual(letter.subject, "You won $1,234.00")
    for (
      const said of ["DDL-20260203-10000", "Position: 7", "4 February 2026 at 00:00 UTC", "credited to your wallet"]
    ) {
      assert.include(letterText(letter), said)
    }
    const room = letterText(TicketLetters.won({ ...addressee, drawId: aDraw, win: { ...aWin, drawDate: null } }))
    assert.include(room, "the whole pot of the room is yours")
    assert.include(room, `https://draws.example.com/verify?draw=${aDraw}`)
  })
})

describe("the letter of a void draw", () => {
  it("says why nobody has won, what came back, and where the records are", () => {
    const letterOf = (reason: VoidReason) =>
      letterText(TicketLetters.drawVoid({ ...addressee, drawn: { ...aVoidDraw, reason } }))
    for (
      const said of [
        "The draw of 3 February 2026 was declared void",
        "Came back to you: $3.00",
        "/verify?draw=2026-02-03"
      ]
    ) {
      assert.include(letterOf("beacon"), said)
    }
    assert.include(letterOf("beacon"), "the public random number that it waited for did not come.")
    assert.include(letterOf("seed"), "a fault of ours")
  })
})

describe("the letter of a closed room", () => {
  const letterOf = (closed: Partial<typeof aClosedRoom> = {}) =>
    roomClosed({ ...addressee, closed: { ...aClosedRoom, ...closed } })

  it("says which room, why, and what came back to whom had a ticket", () => {
    const byHost = letterText(letterOf())
    for (const said of ["closed by its host", "Room: K7M2QX", "Came back to you: $1.00", "refunded in full"]) {
      assert.include(byHost, said)
    }
    const byTime = letterText(letterOf({ reason: "deadline" }))
    assert.include(byTime, "did not start the draw within 30 days of the first ticket")
    assert.notInclude(byTime, "closed by its host")
    assert.include(letterText(letterOf({ reason: "beacon" })), "public random numbers")
    assert.include(letterText(letterOf({ reason: "seed" })), "a fault of ours")
  })
})

describe("the letters of a withdrawal", () => {
  it("say what to do first where no money can be sent to the player's account any more", () => {
    const remedies = {
      ready: /nothing that you must do/,
      pending: /answer what is asked there/,
      none: /open a new payout account/
    }
    for (const event of ["failed", "returned"] as const) {
      for (const payoutAccount of ["ready", "pending", "none"] as const) {
        const letter = withdrawalNews(event, {
          ...addressee,
          withdrawal: { ...withdrawalOf(marie, event), payoutAccount }
        })
        assert.match(letter === null ? "" : letterText(letter).replace(/\s+/g, " "), remedies[payoutAccount])
      }
    }
  })

  it("say how much, since when, and where the money is now", () => {
    const places = ["on its way", "with your bank", "credited to your wallet", "credited to your wallet"]
    for (const [index, letter] of withdrawalLetters(addressee).entries()) {
      assert.include(letter.subject, "$25.00")
      assert.include(
        letterText(letter),
        `Amount: $25.00\nAsked for: 3 February 2026 at 10:30 UTC\nThe money is: ${places[index]}`
      )
    }
  })

  it("never say of money that it is where it is not", () => {
    const told = (["pending", "paid", "failed", "returned"] as const).map((status) =>
      withdrawalEvents.filter((event) =>
        withdrawalNews(event, { ...addressee, withdrawal: withdrawalOf(marie, status) }) !== null
      )
    )
    assert.deepStrictEqual(told, [["started"], ["started", "paid"], ["failed"], ["returned"]])
  })
})

describe("Letters", () => {
  it("keep their markup and their lines whatever a player calls themselves", () => {
    const plain = lettersTo("marie", "maria@sorbonne")
    fc.assert(fc.property(typed, typed, (username, address) => {
      for (const [index, letter] of lettersTo(username, address).entries()) {
        const expected = plain[index] ?? letter
        assert.deepStrictEqual(tagsOf(letterHtml(letter)), tagsOf(letterHtml(expected)))
        assert.strictEqual(
          letterText(letter).split(/\r\n|[\r\n\u0085\u2028\u2029]/).length,
          letterText(expected).split("\n").length
        )
      }
    }))
  })

  it("say the same in both parts", () => {
    const decoded = (html: string) =>
      html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"").replaceAll("&#39;", "'")
        .replaceAll("&amp;", "&")
    for (const letter of lettersTo("O'Neill & <Sons>", "a&b@example.com")) {
      const html = decoded(letterHtml(letter))
      const text = letterText(letter)
      for (const block of letter.blocks) {
        const words = block._tag === "Button"
          ? [block.label, block.url]
          : block._tag === "Facts"
          ? block.rows.flat()
          : [block.text]
        for (const word of words) {
          assert.include(html, word)
          assert.include(text, word)
        }
      }
    }
  })

  it("lead to the page that takes the token, and nowhere else", () => {
    const [welcome, verify, reset, password, passwordReset, address, tickets, room, won, drawVoid, ...others] =
      lettersTo(
        "marie",
        "maria@sorbonne.example"
      ).map((letter) => [...letterHtml(letter).matchAll(/href="([^"]*)"/g)].map(([, url]) => url))
    const toVerify = `https://draws.example.com/verify-email?token=${token}&amp;account=marie`
    assert.deepStrictEqual(new Set(welcome), new Set([toVerify]))
    assert.deepStrictEqual(new Set(verify), new Set([toVerify]))
    assert.deepStrictEqual(new Set(reset), new Set([`https://draws.example.com/reset-password?token=${token}`]))
    assert.deepStrictEqual(new Set(password), new Set(["https://draws.example.com/reset-password"]))
    assert.deepStrictEqual(passwordReset, password)
    assert.deepStrictEqual(new Set(address), new Set(["https://draws.example.com/reset-password"]))
    assert.deepStrictEqual(new Set(tickets), new Set(["https://draws.example.com"]))
    assert.deepStrictEqual(new Set(room), new Set(["https://draws.example.com"]))
    assert.deepStrictEqual(new Set(won), new Set(["https://draws.example.com/verify?draw=2026-02-03"]))
    assert.deepStrictEqual(drawVoid, won)
    assert.deepStrictEqual(others.map((links) => [...new Set(links)]), [
      ["https://draws.example.com/reset-password"],
      [],
      ["https://draws.example.com"],
      ["https://draws.example.com"],
      ["https://draws.example.com"]
    ])
  })

  it("say until when a link works", () => {
    for (const letter of lettersTo("marie", "").slice(0, 3)) {
      assert.include(letterText(letter), "until 3 February 2026 at 11:00 UTC")
    }
  })

  it("load nothing from anywhere", () => {
    for (const letter of Object.values(previews)) {
      assert.notMatch(letterHtml(letter), /\ssrc=|url\(|@import|<link|<script/)
    }
  })
})
