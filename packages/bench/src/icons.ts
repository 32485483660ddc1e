#!/usr/bin/env node
/**
 * `icons`: draws what the public pages are shown by elsewhere (tabs, home screens, links that are shared) into packages/web/public,
 * from their mark. Needs Chromium (CHROMIUM_PATH, or `chromium` on the PATH). To be run when the mark changes.
 */
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { chromiumPath } from "./support/Chromium.ts"
import { runProgram } from "./support/Terminal.ts"

const web = join(import.meta.dirname, "../../web")
const mark = readFileSync(join(web, "src/style/mark.svg"), "utf8")

const paper = "#f6f3ea"
const accent = "#0a6448"

const style = `
  html, body { margin: 0; width: 100vw; height: 100vh; display: grid; place-items: center }
  .filled { background: ${accent} }
  .paper { background: ${paper}; color: #14211c }
  .share { font: 600 92px/1.1 Georgia, "Noto Serif", "DejaVu Serif", serif; text-align: center }
  .share p { font: 400 38px/1.4 system-ui, "DejaVu Sans", sans-serif; color: #4b5a52; margin: 24px 0 0 }
  .share span { color: ${accent} }
  .share svg { display: block; width: 170px; margin: 0 auto 36px }`

const pageOf = (kind: string, content: string): string =>
  `<!doctype html><style>${style}</style><body class="${kind}">${content}</body>`

/** The mark at a part of the window's width. */
const markOf = (width: string): string => `<div style="width: ${width}; line-height: 0">${mark}</div>`

const share =
  `<div class="share">${mark}Daily Dollar <span>Draw</span><p>A draw a day, for a dollar, that anyone can verify</p></div>`

/** A picture of the icon format, which holds one PNG (its head has 6 bytes, the entry 16). */
const iconOf = (png: Uint8Array, size: number): Uint8Array => {
  const head = Buffer.alloc(22)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(1, 4)
  head.writeUInt8(size, 6)
  head.writeUInt8(size, 7)
  head.writeUInt16LE(1, 10)
  head.writeUInt16LE(32, 12)
  head.writeUInt32LE(png.length, 14)
  head.writeUInt32LE(head.length, 18)
  return Buffer.concat([head, png])
}

const pictures = [
  { name: "favicon.ico", width: 32, height: 32, html: pageOf("", markOf("100vw")) },
  { name: "apple-touch-icon.png", width: 180, height: 180, html: pageOf("filled", markOf("92vw")) },
  { name: "icon-192.png", width: 192, height: 192, html: pageOf("", markOf("100vw")) },
  { name: "icon-512.png", width: 512, height: 512, html: pageOf("", markOf("100vw")) },
  { name: "icon-maskable-512.png", width: 512, height: 512, html: pageOf("filled", markOf("80vw")) },
  { name: "share.png", width: 1200, height: 630, html: pageOf("paper", share) }
]

runProgram(Effect.promise(async () => {
  if (chromiumPath === undefined) throw new Error("There is no Chromium here: name one in CHROMIUM_PATH.")
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : []
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--disable-gpu", ...sandbox] })
  try {
    for (const { height, html, name, width } of pictures) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: "light" })
      await page.setContent(html)
      const png = await page.screenshot({ omitBackground: true })
      writeFileSync(join(web, "public", name), name.endsWith(".ico") ? iconOf(png, width) : png)
      await page.close()
    }
  } finally {
    await browser.close()
  }
}))
