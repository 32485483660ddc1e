import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  asciiAddress,
  emailIdentity,
  foldCase,
  isSameAddress,
  parseEmail,
  pickAddressed
} from "../../src/accounts/EmailAddress.ts"

const addresses = fc.oneof(
  fc.emailAddress(),
  fc.tuple(fc.string({ unit: "grapheme" }), fc.domain()).map((p) => p.join("@"))
)

describe("an e-mail address", () => {
  it("is stored in one form, which is read back as itself and is the same mailbox", () => {
    fc.assert(fc.property(addresses, (text) => {
      const stored = parseEmail(text)
      if (stored === undefined) return
      assert.strictEqual(parseEmail(stored), stored)
      assert.strictEqual(emailIdentity(stored), emailIdentity(text))
      assert.strictEqual(emailIdentity(emailIdentity(stored)), emailIdentity(stored))
      // the dotless i, whose capital is that of i, is another letter than i all the same
      if (!stored.includes("\u0131")) assert.isTrue(isSameAddress(stored.toUpperCase(), stored.toLowerCase()))
    }))
    assert.strictEqual(parseEmail("Ada.L+x@ＥＸample。com"), "Ada.L+x@example.com")
    assert.strictEqual(parseEmail("ada@bücher.example"), "ada@xn--bcher-kva.example")
    assert.strictEqual(parseEmail("u\u0308@example.com"), "\u00fc@example.com")
  })

  it("is one mailbox however its domain is written, and whatever the case", () => {
    const same = [
      "ada@example.com",
      "ADA@EXAMPLE.COM",
      "ada@ｅｘａｍｐｌｅ.com",
      "ada@example。com",
      "ada@ｅxａmple｡ＣＯＭ",
      "ada@ⓔⓧⓐⓜⓟⓛⓔ.com"
    ]
    for (const text of same) assert.strictEqual(emailIdentity(text), "ada@example.com", text)
    assert.isTrue(isSameAddress("ada@bücher.example", "Ada@XN--BCHER-KVA.example"))
    assert.isTrue(isSameAddress("STRASSE@example.com", "straße@example.com"))
    assert.isTrue(isSameAddress("\u212a@example.com", "k@example.com"))
    assert.isTrue(isSameAddress("e\u0301@example.com", "\u00c9@example.com"))
  })

  it("is another mailbox where anything else differs", () => {
    for (
      const text of ["ada@example.org", "ad.a@example.com", "ada+1@example.com", "ａda@example.com", "аda@example.com"]
    ) {
      assert.isFalse(isSameAddress(text, "ada@example.com"), text)
    }
    assert.isFalse(isSameAddress("\u0131@example.com", "i@example.com"))
  })

  it("holds nothing that cannot be seen, and goes where mail can go", () => {
    const unseen = [
      "\u034f",
      "\u3164",
      "\u115f",
      "\u1160",
      "\uffa0",
      "\ufe0f",
      "\u2800",
      "\u00ad",
      "\u200b",
      "\u200d",
      "\u2060"
    ]
    unseen.push(
      "\ufeff",
      "\u180e",
      "\u{e0001}",
      "\u00a0",
      "\u3000",
      "\u2028",
      "\u202e",
      "\u0000",
      "\u{1d159}",
      "\ue000",
      "\ufffc"
    )
    for (const character of unseen) {
      assert.isUndefined(parseEmail(`a${character}da@example.com`), character)
      assert.isUndefined(parseEmail(`ada@exam${character}ple.com`), character)
    }
    const bad = [
      "",
      "@",
      "ada",
      "ada@",
      "@example.com",
      "a@b@example.com",
      "ada@example",
      "ada@example.com.",
      "ada@.com"
    ]
    bad.push("ada@1.2.3.4", "ada@0x7f.1", "ada@[::1]", "ada@exa_mple.com", "ada@-a.com", "ada@a-.com", "ada@a..com")
    bad.push("ada@exa%41mple.com", "ada@example.com/x", "ada@example.com?x", "ada@example.com#x", "ada@example.com:25")
    bad.push("ada <b@example.com>", "a,b@example.com", "\u0301a@example.com", `${"a".repeat(250)}@example.com`)
    bad.push(`ada@${"a".repeat(64)}.com`)
    for (const text of bad) assert.isUndefined(parseEmail(text), text)
  })

  it("names of two accounts with one mailbox the one that is spelled so, else the older", () => {
    const older = { email: "ada@ｅｘａｍｐｌｅ.com" }
    const newer = { email: "Ada@example.com" }
    const both = [older, newer]
    assert.strictEqual(pickAddressed("ada@EXAMPLE.com", both), newer)
    assert.strictEqual(pickAddressed("ada@ＥＸＡＭＰＬＥ.com", both), older)
    assert.strictEqual(pickAddressed("ada@example。com", both), older)
    assert.isNull(pickAddressed("bob@example.com", both))
  })

  it("is mailed in ASCII where it can be", () => {
    assert.strictEqual(asciiAddress("ada@bücher.example"), "ada@xn--bcher-kva.example")
    assert.strictEqual(asciiAddress("ada@ｅｘａｍｐｌｅ.com"), "ada@example.com")
    assert.isUndefined(asciiAddress("grüße@example.com"))
    assert.isUndefined(asciiAddress("ada"))
  })
})

describe("case folding", () => {
  it("takes each case of a text for the same", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!text.includes("\u0131"))
      assert.strictEqual(foldCase(text.toUpperCase()), foldCase(text))
      assert.strictEqual(foldCase(foldCase(text)), foldCase(text))
      assert.strictEqual(foldCase(text.normalize("NFD")), foldCase(text.normalize("NFC")))
    }))
    assert.strictEqual(foldCase("ΟΔΟΣ"), foldCase("οδος"))
    assert.strictEqual(foldCase("ẞ"), "ss")
  })
})
