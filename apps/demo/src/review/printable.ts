const PAGE_BITS = 8;
const PAGE_SIZE = 1 << PAGE_BITS;
const NOT_PRINTABLE = /[\p{Cn}\p{Cc}\p{Cs}\u2028\u2029]/u;

const pages = new Map<number, Uint8Array>();

/**
 * Whether `wc` lets a character begin a word: all but control characters, line and paragraph separators, and code points that
 * Unicode has not assigned. Looked up in pages that are filled on first use, because a regular expression for each character
 * would take most of a review's time.
 */
export function isPrintable(codePoint: number): boolean {
  const number = codePoint >> PAGE_BITS;
  let page = pages.get(number);
  if (page === undefined) {
    page = Uint8Array.from({ length: PAGE_SIZE }, (_, at) =>
      NOT_PRINTABLE.test(String.fromCodePoint((number << PAGE_BITS) + at)) ? 0 : 1,
    );
    pages.set(number, page);
  }
  return page[codePoint & (PAGE_SIZE - 1)] === 1;
}
