/** Letters with made-up contents as files: each as it looks, as it reads without HTML, and as a mail program gets it. */
import type { MailRefused } from "@ddd/core/ports/Mailer"
import { Effect } from "effect"
import type { Letter } from "./Letter.ts"
import { letterHtml } from "./LetterHtml.ts"
import { letterText } from "./LetterText.ts"
import type { MailUnusable } from "./MailUnusable.ts"
import { composed, messageOf, readSender } from "./Message.ts"

export interface PreviewFile {
  /** `welcome.eml` */
  readonly name: string
  readonly content: string | Uint8Array
}

/** `<template>.html`, `.txt` and `.eml` of a letter, as a mail from `from` (MAIL_FROM). */
export const previewFiles = (
  from: string,
  template: string,
  letter: Letter
): Effect.Effect<ReadonlyArray<PreviewFile>, MailRefused | MailUnusable> =>
  Effect.gen(function*() {
    const sender = yield* Effect.fromResult(readSender(from))
    const { subject } = letter
    const [html, text] = [letterHtml(letter), letterText(letter)]
    const message = yield* messageOf(sender, {
      to: "marie.curie@example.com",
      subject,
      text,
      html,
      messageId: `preview of ${template}`
    })
    return [
      { name: `${template}.html`, content: html },
      { name: `${template}.txt`, content: text },
      { name: `${template}.eml`, content: yield* Effect.promise(() => composed(message)) }
    ]
  })
