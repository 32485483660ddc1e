/**
 * The binaries this project trusts: SHA-256 of the files in `@btc-vision/uwebsockets.js` 20.56.0, as published on npm.
 *
 * 20.56.0 and not 20.57.0: the former carries upstream's licence and the commit it was built from, the latter neither.
 */

/** The ABI of Node 24 (`process.versions.modules`), the one this project runs on. */
export const abi = "137"

/** `<platform>_<arch>` → SHA-256, hex, of `uws_<platform>_<arch>_137.node`. */
export const published: ReadonlyMap<string, string> = new Map([
  ["linux_x64", "9aa8b857ac4ab0bfb1245e948eeeacc904b13a3608c9a281d551c43c66bea66e"],
  ["linux_arm64", "ad0ffb42a119ee022ba1fc752d942e5a19b863ce47bfdc909cd1d5bc1363a7a6"],
  ["darwin_x64", "249e85589d9d39445f70765a10e1f3b0b142b7d1b406f360ea27681e0025fb02"],
  ["darwin_arm64", "51546f781dfd41b4c3820f7198d94d953af1dd4a22745ccda2fcf5eec3e4edf8"],
  ["win32_x64", "b4f8fb7e3a593f32cecef9faaf2b0242e89e224120226cfc00a20bfd33b06927"]
])

/** SHA-256 of `uws_linux_x64_137.node` once `rebind` has made it loadable by a glibc older than 2.38. */
export const reboundLinuxX64 = "f8be978bcb627fec26a7e3c7711dadd52fc60c2ed74880b2e2004c066857e183"
