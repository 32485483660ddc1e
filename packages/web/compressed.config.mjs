/** How built files are compressed: once, so that the server need not. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"

/** Puts a `.br` and a `.gz` beside each file that they are smaller than. */
export const compressed = () => ({
  name: "compressed",
  writeBundle: (options, bundle) => {
    for (const name of Object.keys(bundle)) {
      const file = join(options.dir, name)
      const bytes = readFileSync(file)
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      const made = { br: brotliCompressSync(bytes, { params }), gz: gzipSync(bytes, { level: 9 }) }
      for (const [suffix, smaller] of Object.entries(made)) {
        if (smaller.length < bytes.length) writeFileSync(`${file}.${suffix}`, smaller)
      }
    }
  }
})
