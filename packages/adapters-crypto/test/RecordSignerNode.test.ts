import { nobleSha256 } from "@ddd/core/hash/Hash"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { checkNote, formatVerifierKey, parseNote, parseVerifierKey } from "@ddd/core/proof/Note"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted } from "effect"
import * as RecordSignerNode from "../src/RecordSignerNode.ts"

const seedOf = (byte: number): string => Buffer.alloc(32, byte).toString("base64url")

const signer = (origin: string, ...seeds: ReadonlyArray<string>) =>
  RecordSignerNode.layer({ origin, signingKeys: Redacted.make(seeds.join(",")) })

const text = "ddd/open/v1\ndraw 019a0000-0000-7000-8000-437ad1daed7c\n"

describe("RecordSignerNode", () => {
  it.effect("signs exactly as the reference implementation does", () =>
    Effect.gen(function*() {
      // golang/mod, sumdb/note, TestSign: PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz
      const { sign, vkeys } = yield* RecordSigner
      assert.deepStrictEqual(vkeys, ["PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"])
      assert.strictEqual(
        yield* sign(
          "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        ),
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
          "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
      )
    }).pipe(Effect.provide(signer("PeterNeumann", "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS_F1ccoMXM"))))

  it.effect("signs with every living key, so that each of them alone verifies the note", () =>
    Effect.gen(function*() {
      const { sign, vkeys } = yield* RecordSigner
      assert.strictEqual(vkeys.length, 3)
      const note = parseNote(yield* sign(text))
      assert.isDefined(note)
      assert.strictEqual(note.text, text)
      assert.strictEqual(note.signatures.length, 3)
      for (const vkey of vkeys) {
        const key = parseVerifierKey(nobleSha256, vkey)
        assert.isDefined(key)
        assert.strictEqual(formatVerifierKey(nobleSha256, key.name, key.publicKey), vkey)
        const { failed, verified } = checkNote(note, [key])
        assert.deepStrictEqual([verified.length, failed.length], [1, 0])
      }
    }).pipe(Effect.provide(signer("draws.example.com", seedOf(1), seedOf(2), seedOf(3)))))

  it.effect("dies on a text that no note can hold", () =>
    Effect.gen(function*() {
      const { sign } = yield* RecordSigner
      for (const wrong of ["", "no final newline", "a\tcontrol\n", "\ud800\n"]) {
        assert.isTrue(Exit.hasDies(yield* Effect.exit(sign(wrong))), JSON.stringify(wrong))
      }
    }).pipe(Effect.provide(signer("draws.example.com", seedOf(1)))))

  it.effect("fails to start on keys or a name that cannot be used, without showing a key", () =>
    Effect.gen(function*() {
      const cases = [
        ["LOG_SIGNING_KEYS", signer("draws.example.com", "")],
        ["LOG_SIGNING_KEYS", signer("draws.example.com", seedOf(1), "")],
        ["LOG_SIGNING_KEYS", signer("draws.example.com", seedOf(1), seedOf(1))],
        ["LOG_SIGNING_KEYS", signer("draws.example.com", seedOf(1).slice(1))],
        ["LOG_SIGNING_KEYS", signer("draws.example.com", `${seedOf(1)}=`)],
        ["LOG_ORIGIN", signer("", seedOf(1))],
        ["LOG_ORIGIN", signer("two words", seedOf(1))],
        ["LOG_ORIGIN", signer("a+b", seedOf(1))]
      ] as const
      for (const [variable, layer] of cases) {
        const error = yield* RecordSigner.pipe(Effect.provide(layer), Effect.flip)
        assert.strictEqual(error.variable, variable)
        assert.notInclude(error.message, seedOf(1).slice(2))
      }
    }))
})
