/** A letter as plain text, for those who read no HTML. */
import type { Block, Letter } from "./Letter.ts"

const blockText = (block: Block): string => {
  switch (block._tag) {
    case "Paragraph":
    case "Remark":
      return block.text
    case "Button":
      return `${block.label}:\n${block.url}`
    case "Facts":
      return block.rows.map(([name, value]) => `${name}: ${value}`).join("\n")
  }
}

export const letterText = (letter: Letter): string =>
  `${letter.subject}\n\n${letter.blocks.map(blockText).join("\n\n")}\n\n-- \n${letter.footer}\n`
