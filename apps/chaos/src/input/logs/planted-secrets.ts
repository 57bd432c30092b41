/** Ways in which a secret gets into what is logged: under a key that names it, or inside a text. */
export const PLANTED: Readonly<Record<string, (secret: string) => unknown>> = {
  "a password": (password) => ({ password }),
  "a key far inside": (apiKey) => ({ a: [{ b: { c: { apiKey } } }] }),
  "a token in a list": (token) => [{ access_token: token }, { "X-Api-Key": token }],
  "headers of a request": (secret) => ({ headers: { Authorization: `Bearer ${secret}`, Cookie: `sid=${secret}` } }),
  "an object under a secret key": (secret) => ({ credentials: { user: "u", value: secret } }),
  "a list under a secret key": (secret) => ({ secrets: [secret, [secret]] }),
  "a map": (secret) => new Map([["password", secret]]),
  "a map inside": (secret) => ({ settings: new Map<string, unknown>([["client", { secret }]]) }),
  "what toJSON gives": (secret) => ({ toJSON: () => ({ client_secret: secret }) }),
  "a field of an error": (secret) => Object.assign(new Error("failed"), { password: secret }),
  "the cause of an error": (secret) =>
    new Error("failed", { cause: Object.assign(new Error("inner"), { jwt: secret }) }),
  "the message of an error": (secret) => new Error(`connect redis://user:${secret}@host:6379 refused`),
  "an address": (secret) => `redis://default:${secret}@127.0.0.1:6379/0`,
  "an address object": (secret) => ({ at: new URL(`https://user:${secret}@example.com/x`) }),
  "a bearer token": (secret) => `sent with Bearer ${secret}`,
  "an assignment": (secret) => `failed: password=${secret}; retry`,
  "an assignment in quotes": (secret) => `failed: password="${secret} ${secret}" retry`,
  "a query": (secret) => `GET /?api_key=${secret}&x=1`,
  "JSON in a text": (secret) => `body was ${JSON.stringify({ user: "u", password: secret })}`,
  "JSON with blanks in it": (secret) => JSON.stringify({ password: `${secret} and ${secret}` }, null, 2),
  "JSON in JSON": (secret) =>
    JSON.stringify({ body: JSON.stringify({ password: secret, token: `${secret} ${secret}` }) }),
  "a header line": (secret) => `Authorization: Basic ${secret}`,
  "a name and a value": (secret) => `token: ${secret}`,
};
