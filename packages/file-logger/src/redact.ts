/** Decides what of a record must not get onto a disk. */
export interface Redaction {
  /** Whether the value under this key is a secret. */
  isSecretKey(key: string): boolean;
  /** Replaces secrets inside a text: credentials in a URL, bearer tokens, `password=…`. */
  scrub(text: string): string;
}

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

// Matched against the key in lower case without separators. "token" counts at the end alone: prompt_tokens and
// token_count are measurements of nearly every agent that talks to a language model.
const SECRET_KEY =
  /pass(?:word|wd|phrase|code)|secret|credential|authorization|cookie|connectionstring|(?:api|access|private|signing|encryption)key|(?:token|pwd|auth|jwt)$/;

// None begins with a repetition: that takes quadratic time on a long text that almost matches.
const URL_CREDENTIALS = /:\/\/[^\s/]{1,1000}@/g;
const BEARER = /\b(bearer\s{1,3})[a-z0-9._~+/=-]{8,}/gi;
// A value in quotes may hold blanks and escaped quotes, and the quotes may themselves be escaped: JSON in a text, JSON in JSON.
// With b backslashes before its opening quote, a quote closes it that has b of them, and before those an even number of times b + 1:
// that is how often each backslash of the value itself was written. Nothing follows the value, so it is never searched twice.
const ASSIGNMENT =
  /((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)\\*["']?\s{0,3}[=:]\s{0,3})(?:(\\*)(["'])(?:[^\\"'\n]+|(?!(?:\2\\\2\\)*\2\3)(?:["']|\\+[^\\\n]?))*(?:\2\\\2\\)*|((?:basic\s|bearer\s)?)[^\s"',;&]+)/gi;

// Each of them needs one of these; most texts are a word or an id.
const MAY_HOLD_SECRET = /[:=\s]/;

/** Redacts the usual keys, those named in addition, and secrets in texts. With `false`: nothing. */
export function createRedaction(extra: readonly string[] | false): Redaction {
  if (extra === false) return { isSecretKey: () => false, scrub: (text) => text };
  const named = new Set(extra.map(normalise));
  // A program uses few keys, again and again.
  const known = new Map<string, boolean>();
  return {
    isSecretKey(key) {
      const found = known.get(key);
      if (found !== undefined) return found;
      const normalised = normalise(key);
      const secret = named.has(normalised) || SECRET_KEY.test(normalised);
      if (known.size < 10_000) known.set(key, secret);
      return secret;
    },
    scrub(text) {
      if (!MAY_HOLD_SECRET.test(text)) return text;
      return text
        .replace(URL_CREDENTIALS, `://${REDACTED}@`)
        .replace(ASSIGNMENT, `$1$2$3$4${REDACTED}`)
        .replace(BEARER, `$1${REDACTED}`);
    },
  };
}

function normalise(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
