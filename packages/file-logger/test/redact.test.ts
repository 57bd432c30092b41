import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedaction } from "../src/redact.js";

const usual = createRedaction([]);

test.each([
  "password",
  "Password",
  "db_password",
  "userPasswd",
  "pwd",
  "passphrase",
  "token",
  "access_token",
  "accessToken",
  "X-Api-Key",
  "apikey",
  "api_key",
  "secret",
  "clientSecret",
  "authorization",
  "Proxy-Authorization",
  "cookie",
  "set-cookie",
  "credentials",
  "private_key",
  "AWS_SECRET_ACCESS_KEY",
  "signing-key",
  "jwt",
  "connectionString",
])("%s is a secret", (key) => expect(usual.isSecretKey(key)).toBe(true));

test.each([
  "prompt_tokens",
  "tokens",
  "token_count",
  "maxTokens",
  "key",
  "keyboard",
  "author",
  "path",
  "passed",
  "status",
])("%s is none", (key) => expect(usual.isSecretKey(key)).toBe(false));

test("keys of one's own are added to the usual ones, however they are written", () => {
  const own = createRedaction(["socialSecurityNumber"]);
  expect(own.isSecretKey("social_security_number")).toBe(true);
  expect(own.isSecretKey("password")).toBe(true);
  expect(own.isSecretKey("number")).toBe(false);
});

test.each([
  ["redis://user:p@ss@host:6379/0 refused", "redis://[redacted]@host:6379/0 refused"],
  ["redis://host:6379/0 refused", "redis://host:6379/0 refused"],
  ["mail a@b.c about https://x.y/z", "mail a@b.c about https://x.y/z"],
  ["Server=s;Pwd=hunter2;Encrypt=yes", "Server=s;Pwd=[redacted];Encrypt=yes"],
  ['{"password": "hunter2", "a": 1}', '{"password": "[redacted]", "a": 1}'],
  ["GET /?api_key=abc&x=1", "GET /?api_key=[redacted]&x=1"],
  ["Authorization: Bearer abc.def-ghi", "Authorization: Bearer [redacted]"],
  ["sent bearer abcdefghij", "sent bearer [redacted]"],
  ['password="correct horse battery" retry', 'password="[redacted]" retry'],
  ["token: 'a b', x: 'c'", "token: '[redacted]', x: 'c'"],
  ['{"password":"a \\"quoted\\" word","a":1}', '{"password":"[redacted]","a":1}'],
  ['{"body":"{\\"secret\\":\\"a b\\",\\"n\\":1}"}', '{"body":"{\\"secret\\":\\"[redacted]\\",\\"n\\":1}"}'],
  ['{"password":"ends with \\\\","a":"b c"}', '{"password":"[redacted]","a":"b c"}'],
  ["password='it\\'s secret' retry", "password='[redacted]' retry"],
  ['password="never closed\nnext line', 'password="[redacted]\nnext line'],
  ["Unexpected token '<' in JSON", "Unexpected token '<' in JSON"],
])("%s becomes %s", (text, scrubbed) => expect(usual.scrub(text)).toBe(scrubbed));

test("of a secret in JSON nothing is left, and all else stays, whatever it holds and however often it is JSON in JSON", () => {
  const secrets = fc.string({
    unit: fc.oneof(fc.constantFrom("\\", '"', "'", " ", "\n", "x"), fc.string({ unit: "binary" })),
  });
  const after = fc.constantFrom("", "\\", '"', "'", '\\"', "x y");
  fc.assert(
    fc.property(secrets, after, fc.nat({ max: 5 }), fc.boolean(), (secret, other, depth, spread) => {
      const nest = (value: unknown): string => {
        let text = JSON.stringify(value, null, spread ? 1 : 0);
        for (let level = 0; level < depth; level++) text = JSON.stringify(text);
        return text;
      };
      expect(usual.scrub(nest({ a: other, password: secret, b: [other] }))).toBe(
        nest({ a: other, password: "[redacted]", b: [other] }),
      );
    }),
    { numRuns: 2_000 },
  );
});

test("with false nothing is redacted", () => {
  const none = createRedaction(false);
  expect(none.isSecretKey("password")).toBe(false);
  expect(none.scrub("pwd=x")).toBe("pwd=x");
});

test.each([
  "a".repeat(1_000_000),
  "a:".repeat(500_000),
  "://".repeat(300_000),
  "password=".repeat(100_000),
  'password="'.repeat(100_000),
  `password="${"x".repeat(1_000_000)}`,
  `password="${"\\".repeat(1_000_000)}`,
  "password=\\".repeat(100_000),
  `password${"\\".repeat(1_000_000)}`,
  `password=${"\\".repeat(500_000)}"${"\\".repeat(500_000)}`,
  `password="${'\\\\\\" '.repeat(200_000)}`,
  `password=\\\\\\"${'\\\\\\\\\\"'.repeat(200_000)}`,
  "-".repeat(1_000_000),
])("a long text costs time in proportion to its length (%#)", (text) => {
  const startedAt = performance.now();
  usual.scrub(text);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
