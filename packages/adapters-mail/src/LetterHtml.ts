/**
 * A letter as HTML.
 *
 * Mail programs know a small, old part of HTML: tables for the layout, styles at each element. What they know of dark mode is
 * in one style sheet, for those that read it. One column, at most 480 pixels wide, text of 16 pixels: made for a phone.
 */
import type { Block, Letter } from "./Letter.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

const darkMode = `@media (prefers-color-scheme: dark) {
.page { background: #0b0f0d !important }
.card { background: #17201b !important }
.text, .name { color: #f1f5f2 !important }
.quiet { color: #a3b1a8 !important }
.link { color: #6ee7a8 !important }
.button { background: #34d37f !important; color: #05240f !important }
}`

const quiet = "margin:0 0 16px;font-size:14px;line-height:20px;color:#57655c"

const blockHtml = (block: Block): string => {
  switch (block._tag) {
    case "Paragraph":
      return `<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;color:#17201b">${
        escaped(block.text)
      }</p>`
    case "Remark":
      return `<p class="quiet" style="${quiet}">${escaped(block.text)}</p>`
    case "Button":
      return `<p style="margin:24px 0"><a class="button" href="${escaped(block.url)}" style="display:inline-block;` +
        `padding:14px 24px;border-radius:8px;background:#0f7a41;color:#ffffff;font-size:16px;line-height:20px;` +
        `font-weight:600;text-decoration:none">${escaped(block.label)}</a></p>` +
        `<p class="quiet" style="${quiet}">If the button does nothing, open this address:<br>` +
        `<a class="link" href="${escaped(block.url)}" style="color:#0f7a41;word-break:break-all">${
          escaped(block.url)
        }</a></p>`
    case "Facts":
      return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 16px">${
        block.rows.map(([name, value]) =>
          `<tr><td class="quiet" style="padding:4px 16px 4px 0;white-space:nowrap;font-size:14px;line-height:20px;color:#57655c">${
            escaped(name)
          }</td>` +
          `<td class="text" align="right" style="padding:4px 0;font-size:16px;line-height:20px;color:#17201b">${
            escaped(value)
          }</td></tr>`
        ).join("")
      }</table>`
  }
}

export const letterHtml = (letter: Letter): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(letter.subject)}</title>
<style>${darkMode}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#eef2ef">
<div style="display:none;max-height:0;overflow:hidden">${escaped(letter.preview)}</div>
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#eef2ef">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="480" cellpadding="0" cellspacing="0" style="width:100%;max-width:480px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;text-align:left">
<tr><td class="name" style="padding:0 8px 16px;font-size:16px;line-height:24px;font-weight:700;color:#17201b">Daily Dollar Draw</td></tr>
<tr><td class="card" style="padding:28px 24px 12px;border-radius:12px;background:#ffffff">
<h1 class="text" style="margin:0 0 16px;font-size:22px;line-height:28px;color:#17201b">${escaped(letter.subject)}</h1>
${letter.blocks.map(blockHtml).join("\n")}
</td></tr>
<tr><td class="quiet" style="padding:16px 8px 0;font-size:13px;line-height:18px;color:#57655c">${
    escaped(letter.footer)
  }</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
