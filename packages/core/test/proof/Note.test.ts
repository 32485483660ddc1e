import { assert, describe, it } from "@effect/vitest"
import { ed25519 } from "@noble/curves/ed25519.js"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import {
  checkNote,
  formatNote,
  formatVerifierKey,
  isSignedBy,
  keyId,
  parseNote,
  parseVerifierKey,
  signedBytes,
  textOf
} from "../../src/proof/Note.ts"
import { concat, toHex, u32 } from "../../src/values/Bytes.ts"
import { makeSigner } from "../support/bundles.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"
import { hasSharedVectors, needsSharedVectors, sharedVectors } from "../support/vectors.ts"

const sha512 = (bytes: Uint8Array): Uint8Array => createHash("sha512").update(bytes).digest()
const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`)

const alice = makeSigner("alice.example/log", 1)
const bob = makeSigner("bob.example", 2)

describe("Note", () => {
  it("is read back as it was written", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/\p{Cc}/gu, ""))
    const texts = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => `${lines.join("\n")}\n`)
    const signatures = fc.array(
      fc.record({
        name: fc.constantFrom("a", "draws.example.com", "é/x"),
        id: fc.nat(2 ** 32 - 1),
        signature: fc.uint8Array({ minLength: 1, maxLength: 80 })
      }),
      { minLength: 1, maxLength: 4 }
    )
    fc.assert(fc.property(texts, signatures, (text, signatures) => {
      const note = formatNote(text, signatures)
      assert.deepStrictEqual(parseNote(note), { text, signatures })
      assert.strictEqual(textOf(note), text)
    }))
  })

  it("has no text where it is none", () => {
    for (const note of ["", "a\n", "a\n\n", "a\n\nno signature\n"]) assert.throws(() => textOf(note), TypeError)
  })

  it("has one spelling: what is read is written back the same", () => {
    const note = formatNote("a\n", [alice.line("a\n")])
    fc.assert(fc.property(fc.nat(note.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
      const altered = note.slice(0, at) + put + note.slice(at + 1)
      const read = parseNote(altered)
      assert.isTrue(read === undefined || formatNote(read.text, read.signatures) === altered)
    }))
  })

  it("believes a signature by any known key and ignores unknown ones", () => {
    const text = "text\n"
    const note = parseNote(formatNote(text, [alice.line(text), bob.line(text)]))
    assert(note !== undefined)
    assert.isTrue(isSignedBy(note, [bob.key]))
    assert.deepStrictEqual(checkNote(note, [alice.key, bob.key]).verified, [alice.key, bob.key])
    assert.isFalse(isSignedBy(note, [makeSigner("bob.example", 3).key]))
    assert.isFalse(isSignedBy(note, []))
  })

  it("rejects a note with one false line in a known name, whatever the others", () => {
    const text = "text\n"
    const note = parseNote(formatNote(text, [alice.line(text), bob.line("other\n"), bob.line(text)]))
    assert(note !== undefined)
    assert.deepStrictEqual(checkNote(note, [alice.key, bob.key]), {
      verified: [alice.key, bob.key],
      failed: [bob.key]
    })
    assert.isFalse(isSignedBy(note, [alice.key, bob.key]))
    assert.isTrue(isSignedBy(note, [alice.key]))
  })

  it("takes no key of small or mixed order, and no signature with such a point", () => {
    const torsion = ed25519.Point.fromBytes(
      Buffer.from("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "hex")
    )
    const mixed = ed25519.Point.fromBytes(alice.key.publicKey).add(torsion)
    for (const point of [ed25519.Point.ZERO, torsion, mixed]) {
      assert.isUndefined(parseVerifierKey(nodeSha256, formatVerifierKey(nodeSha256, "x", point.toBytes())))
    }

    // R plus a point of order eight: right by the equation with the cofactor, wrong by the one without
    const secret = new Uint8Array(32).fill(1)
    const { prefix, pointBytes, scalar } = ed25519.utils.getExtendedPublicKey(secret)
    const { Fn, BASE } = ed25519.Point
    const nonce = Fn.create(BigInt(`0x${toHex(prefix)}`))
    const r = BASE.multiply(nonce).add(torsion).toBytes()
    const message = signedBytes("text\n")
    const digest = sha512(concat(r, pointBytes, message))
    const s = Fn.create(nonce + Fn.create(littleEndian(digest)) * scalar)
    const signature = concat(r, Fn.toBytes(s))
    assert.isTrue(ed25519.verify(signature, message, alice.key.publicKey, { zip215: false }))
    const note = parseNote(formatNote("text\n", [{ ...alice.line("text\n"), signature }]))
    assert(note !== undefined)
    assert.isFalse(isSignedBy(note, [alice.key]))
  })

  it("refuses to write what it could not read", () => {
    const signature = alice.line("a\n")
    assert.throws(() => formatNote("a", [signature]), TypeError)
    assert.throws(() => formatNote("a\r\n", [signature]), TypeError)
    assert.throws(() => formatNote("a\ud800\n", [signature]), TypeError)
    assert.throws(() => formatNote("a\n", []), TypeError)
    assert.throws(() => formatNote("a\n", Array.from({ length: 101 }, () => signature)), TypeError)
    assert.throws(() => formatNote("a\n", [{ ...signature, name: "a b" }]), TypeError)
    assert.throws(() => formatVerifierKey(nodeSha256, "a+b", alice.key.publicKey), TypeError)
    assert.throws(() => formatVerifierKey(nodeSha256, "a", new Uint8Array(31)), TypeError)
  })

  it("accepts a hundred signatures", () => {
    const note = formatNote("a\n", Array.from({ length: 100 }, () => alice.line("a\n")))
    assert.lengthOf(parseNote(note)?.signatures ?? [], 100)
  })
})

describe.skipIf(!hasSharedVectors).each(hashes)(
  "Note, by %s, on vectors of others",
  needsSharedVectors,
  (_, hash) => {
    interface NoteCase {
      readonly name: string
      readonly note?: string
      readonly note_hex?: string
      readonly trusted_vkeys: ReadonlyArray<string>
      readonly accept: boolean
      readonly verified?: ReadonlyArray<string>
    }
    const vectors = () =>
      sharedVectors<{
        readonly vkeys: ReadonlyArray<{ readonly vkey: string; readonly ok: boolean }>
        readonly open_cases: ReadonlyArray<NoteCase>
        readonly sign_vectors: ReadonlyArray<{ readonly skey: string; readonly text: string; readonly want: string }>
        readonly real_vkeys_of_public_logs: ReadonlyArray<string>
      }>("signed-note/signed-note.json")

    /** What a reader of bytes sees: text that is not UTF-8 is no note. */
    const noteOf = ({ note, note_hex }: NoteCase) => {
      if (note !== undefined) return parseNote(note)
      try {
        return parseNote(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(note_hex ?? "", "hex")))
      } catch {
        return undefined
      }
    }

    const judge = (each: NoteCase) => {
      const keys = each.trusted_vkeys.flatMap((vkey) => parseVerifierKey(hash, vkey) ?? [])
      assert.lengthOf(keys, each.trusted_vkeys.length)
      const note = noteOf(each)
      return note !== undefined && isSignedBy(note, keys)
        ? checkNote(note, keys).verified.map(({ name }) => name)
        : undefined
    }

    it("judges verifier keys as Go does, and every mangled one", () => {
      for (const { ok, vkey } of vectors().vkeys) {
        const key = parseVerifierKey(hash, vkey)
        assert.strictEqual(key !== undefined, ok, vkey)
        if (key === undefined) continue
        assert.strictEqual(formatVerifierKey(hash, key.name, key.publicKey), vkey)
        for (let i = 0; i < vkey.length; i++) {
          const bumped = String.fromCharCode(vkey.charCodeAt(i) + 1)
          assert.isUndefined(parseVerifierKey(hash, vkey.slice(0, i) + bumped + vkey.slice(i + 1)))
          assert.isUndefined(parseVerifierKey(hash, vkey.slice(0, i)))
          if (i > 0) assert.isUndefined(parseVerifierKey(hash, vkey.slice(i)))
        }
      }
      for (const vkey of vectors().real_vkeys_of_public_logs) assert.isDefined(parseVerifierKey(hash, vkey))
    })

    it("opens notes as Go does", () => {
      for (const each of vectors().open_cases) {
        const verified = judge(each)
        assert.strictEqual(verified !== undefined, each.accept, each.name)
        if (each.verified !== undefined) assert.deepStrictEqual(verified, each.verified, each.name)
      }
    })

    it("writes a note to the byte as Go does", () => {
      for (const { skey, text, want } of vectors().sign_vectors) {
        const [, , name = "", id = "", ...encoded] = skey.split("+")
        const secret = Buffer.from(encoded.join("+"), "base64").subarray(1)
        const publicKey = ed25519.getPublicKey(secret)
        assert.strictEqual(toHex(u32(keyId(hash, name, publicKey))), id)
        const signature = ed25519.sign(signedBytes(text), secret)
        assert.strictEqual(formatNote(text, [{ name, id: keyId(hash, name, publicKey), signature }]), want)
      }
    })

    it("opens real checkpoints of public logs", () => {
      const { cases } = sharedVectors<{ readonly cases: ReadonlyArray<NoteCase & { readonly origin: string }> }>(
        "checkpoint/real-checkpoints.json"
      )
      for (const each of cases) {
        const rightOrigin = each.note?.startsWith(`${each.origin}\n`) === true
        assert.strictEqual(rightOrigin && judge(each) !== undefined, each.accept, each.name)
      }
    })
  }
)
