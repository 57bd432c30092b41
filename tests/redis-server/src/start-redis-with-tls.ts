import { makeCertificates } from "./certificates.js";
import { type RedisServer, startServer } from "./start-redis.js";

/** A user of Redis's access control list. */
export interface AclUser {
  readonly name: string;
  readonly password: string;
  /** What the user may do, in Redis's notation: `["~agentcomm:*", "&*", "+@all", "-@dangerous"]`. */
  readonly rules: readonly string[];
}

/** A server that speaks nothing but TLS. */
export interface TlsRedisServer extends RedisServer {
  readonly ca: string;
}

/**
 * Starts a private Redis that speaks TLS alone, with a certificate made for it; `ca` is what a client must trust. With `user`, nobody
 * else may log in, the default user least of all, and `url` carries the name and the password.
 */
export async function startRedisWithTls(options: { readonly user?: AclUser } = {}): Promise<TlsRedisServer> {
  const { user } = options;
  const credentials = user ? `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@` : "";
  const server = await startServer(async ({ port, dir }) => {
    const { keyFile, certFile, caFile, ca } = await makeCertificates(dir);
    return {
      url: `rediss://${credentials}127.0.0.1:${port}`,
      ca,
      config: {
        port: "0",
        "tls-port": String(port),
        "tls-key-file": keyFile,
        "tls-cert-file": certFile,
        "tls-ca-cert-file": caFile,
        "tls-auth-clients": "no",
        ...(user ? { user: ["default off", `${user.name} on >${user.password} ${user.rules.join(" ")}`] } : {}),
      },
    };
  });
  return server as TlsRedisServer;
}
