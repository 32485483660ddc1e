/**
 * A mail before it has a form: what it says, block by block.
 *
 * Templates make letters, `letterHtml` and `letterText` write them out: no template holds markup, and so none can forget to
 * escape.
 */
export type Block =
  | { readonly _tag: "Paragraph"; readonly text: string }
  /** The one thing to do. Its address is written out below it, for those who cannot press it. */
  | { readonly _tag: "Button"; readonly label: string; readonly url: string }
  /** Names and values, one below the other. */
  | { readonly _tag: "Facts"; readonly rows: ReadonlyArray<readonly [name: string, value: string]> }
  /** Said more quietly. */
  | { readonly _tag: "Remark"; readonly text: string }

export interface Letter {
  readonly subject: string
  /** What a list of mails shows beside the subject. */
  readonly preview: string
  readonly blocks: ReadonlyArray<Block>
  /** The last line: where this comes from, and why. */
  readonly footer: string
}

export const paragraph = (text: string): Block => ({ _tag: "Paragraph", text })
export const button = (label: string, url: string): Block => ({ _tag: "Button", label, url })
export const facts = (...rows: ReadonlyArray<readonly [string, string]>): Block => ({ _tag: "Facts", rows })
export const remark = (text: string): Block => ({ _tag: "Remark", text })
