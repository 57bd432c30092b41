import type { ConnectionOptions as TlsOptions } from "node:tls";
import { AgentCommError } from "@agentcomm/protocol";
import { checkNumber, checkText, describe, quote, readingOptions } from "@agentcomm/protocol/internal";
import { type Cluster, Redis, type RedisOptions } from "ioredis";

/** Where a server listens. */
export interface RedisAddress {
  readonly host: string;
  /** @default 6379, or 26379 for a Sentinel */
  readonly port?: number;
}

/** How this process reaches a server that a Cluster or a Sentinel calls `host:port`, where the two differ. */
export type NatMap = Readonly<Record<string, Required<RedisAddress>>>;

/** Which Redis to use, and how to log in. At most one of `url`, `client`, `cluster` and `sentinel`. */
export interface RedisEndpointOptions {
  /**
   * One server: `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
   * @default "redis://127.0.0.1:6379"
   */
  readonly url?: string;
  /**
   * A client of yours, whose settings are used: where to connect and how to log in. The transport opens connections of its
   * own, since it must be free to cut one off that hangs; yours it neither uses nor closes.
   */
  readonly client?: Redis | Cluster;
  /** A Cluster: some of its nodes. The others are found through them. */
  readonly cluster?: {
    readonly nodes: readonly RedisAddress[];
    readonly natMap?: NatMap;
  };
  /** A primary found through Sentinels, by the name they know it under. */
  readonly sentinel?: {
    readonly name: string;
    readonly sentinels: readonly RedisAddress[];
    readonly natMap?: NatMap;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: TlsOptions;
  };
  /** The user to log in as, for `cluster` and `sentinel`, or if the url names none. */
  readonly username?: string;
  /**
   * Or who is asked for it, at each attempt to connect: so a password that is changed takes effect without a restart.
   * @default none, or that of the url
   */
  readonly password?: string | (() => string | Promise<string>);
  /** TLS, as `node:tls` takes it: `ca`, `cert`, `key`, `servername`. `rediss://` alone asks for TLS with the defaults. */
  readonly tls?: TlsOptions;
}

/** How to reach the store: makes clients that are not connected yet. */
export interface Endpoint {
  /** The nodes to begin with, for a Cluster; else undefined. */
  readonly seeds: readonly Required<RedisAddress>[] | undefined;
  /** The address of a node as this process reaches it. */
  mapped(address: string): string;
  /** A client of the server; for a Cluster, of the node at `host:port`. Rejects if there is no password to be had. */
  createClient(address: string | undefined): Redis | Promise<Redis>;
}

/** Resolves the options. Throws INVALID_OPTIONS, naming field and fix. */
export function resolveEndpoint(options: RedisEndpointOptions, stallMs: number): Endpoint {
  const { password, ...others } = options;
  if (typeof password === "function") return askingForPassword(resolveEndpoint(others, stallMs), password);
  for (const name of ["url", "username", "password"] as const) checkString(name, options[name]);
  checkTls("tls", options.tls);
  const given = (["url", "client", "cluster", "sentinel"] as const).filter((name) => options[name] !== undefined);
  if (given.length > 1) throw invalid(given[1] as string, `was given together with ${given[0]}: give one of them`);
  const { client, cluster, sentinel, tls } = options;
  const login: RedisOptions = {
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
  if (client !== undefined) return readingOptions("client", () => fromClient(client, stallMs));
  if (cluster !== undefined) {
    return readingOptions("cluster", () => {
      const seeds = addresses("cluster.nodes", cluster.nodes, 6379);
      return clusterEndpoint(seeds, login, checkNatMap("cluster.natMap", cluster.natMap), stallMs);
    });
  }
  if (sentinel !== undefined) {
    const settings = readingOptions("sentinel", () => sentinelSettings(sentinel));
    return singleEndpoint({ ...login, ...settings, enableTLSForSentinelMode: tls !== undefined }, stallMs);
  }
  return singleEndpoint({ ...login, ...parseUrl(options.url ?? "redis://127.0.0.1:6379", tls) }, stallMs);
}

function askingForPassword(endpoint: Endpoint, ask: () => string | Promise<string>): Endpoint {
  return {
    ...endpoint,
    async createClient(address) {
      const client = await endpoint.createClient(address);
      // A url may name its own.
      client.options.password ??= await passwordFrom(ask);
      return client;
    },
  };
}

async function passwordFrom(ask: () => string | Promise<string>): Promise<string> {
  let password: unknown;
  try {
    password = await ask();
  } catch (thrown) {
    throw new Error(`asking for the password failed: ${describe(thrown)}`, { cause: thrown });
  }
  if (typeof password !== "string") throw new Error("asking for the password brought no string");
  return password;
}

function singleEndpoint(settings: RedisOptions, stallMs: number): Endpoint {
  return {
    seeds: undefined,
    mapped: (address) => address,
    createClient: () => {
      const sentinels = settings.sentinels ?? undefined;
      return newClient({
        ...settings,
        ...ownSettings(stallMs),
        // One that is cut off keeps naming the old primary, so each attempt begins with another. The primary must say that it
        // is one.
        ...(sentinels ? { sentinels: shuffled(sentinels), enableReadyCheck: true } : {}),
      });
    },
  };
}

function clusterEndpoint(
  seeds: readonly Required<RedisAddress>[],
  settings: RedisOptions,
  natMap: NatMap | ((key: string) => RedisAddress | null) | undefined,
  stallMs: number,
): Endpoint {
  return {
    seeds,
    mapped(address) {
      const mapped = typeof natMap === "function" ? natMap(address) : natMap?.[address];
      return mapped ? `${mapped.host}:${mapped.port}` : address;
    },
    createClient(address) {
      if (address === undefined) throw new Error("a node of a cluster has an address");
      const colon = address.lastIndexOf(":");
      const host = address.slice(0, colon);
      return newClient({ ...settings, host, port: Number(address.slice(colon + 1)), ...ownSettings(stallMs) });
    },
  };
}

/** Where servers listen. Throws INVALID_OPTIONS if there is none, or something that is no address. */
function addresses(option: string, given: readonly RedisAddress[], defaultPort: number): Required<RedisAddress>[] {
  if (!Array.isArray(given) || given.length === 0) throw invalid(option, "is empty, or no array: name at least one");
  return given.map(({ host, port = defaultPort }: RedisAddress) => checkAddress(option, host, port));
}

function checkAddress(option: string, host: string, port: number): Required<RedisAddress> {
  if (typeof host !== "string" || host === "") throw invalid(option, "has one without a host");
  return { host, port: checkNumber(`${option}.port`, port, { min: 1, max: 65_535, integer: true }) };
}

/** A copy of the map, which is read once. */
function checkNatMap(option: string, natMap: NatMap | undefined): Record<string, Required<RedisAddress>> | undefined {
  if (natMap === undefined) return undefined;
  if (typeof natMap !== "object" || natMap === null) throw invalid(option, "is no object: map host:port to an address");
  return Object.fromEntries(
    Object.entries(natMap).map(([from, { host, port }]) => [from, checkAddress(option, host, port)]),
  );
}

/** What it is instead is not shown: it may hold a password. */
function checkString(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== "string") throw invalid(option, "is no string");
}

function checkTls(option: string, value: unknown): void {
  if (value === undefined || (typeof value === "object" && value !== null)) return;
  throw invalid(option, "is no object: give the options of node:tls, or {} for the defaults");
}

function fromClient(client: Redis | Cluster, stallMs: number): Endpoint {
  if (typeof client.options !== "object") throw invalid("client", "is no client of ioredis");
  if (!client.isCluster) return singleEndpoint((client as Redis).options, stallMs);
  const { options } = client as Cluster;
  // Private in its types, yet the only place that holds them before it is connected.
  const { startupNodes } = client as unknown as { readonly startupNodes: readonly unknown[] };
  const seeds = startupNodes.map((node): Required<RedisAddress> => {
    if (typeof node === "number") return { host: "127.0.0.1", port: node };
    if (typeof node === "string") {
      const url = new URL(node.includes("//") ? node : `redis://${node}`);
      return { host: url.hostname, port: Number(url.port || 6379) };
    }
    const { host = "127.0.0.1", port = 6379 } = node as Partial<RedisAddress>;
    return { host, port: Number(port) };
  });
  return clusterEndpoint(seeds, options.redisOptions ?? {}, options.natMap ?? undefined, stallMs);
}

function newClient(settings: RedisOptions): Redis {
  return new Redis({ ...settings, replyMapping: "legacy" });
}

/** What this driver does itself, ioredis must not do: queue, resend, reconnect, resubscribe. */
function ownSettings(stallMs: number): RedisOptions {
  return {
    lazyConnect: true,
    connectionName: "agentcomm",
    disableClientInfo: true,
    keyPrefix: "",
    readOnly: false,
    stringNumbers: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    enableReadyCheck: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    reconnectOnError: null,
    retryStrategy: null,
    sentinelRetryStrategy: () => null,
    sentinelCommandTimeout: stallMs / 2,
    failoverDetector: false,
    connectTimeout: stallMs,
    disconnectTimeout: 100,
    keepAlive: 10_000,
    commandTimeout: undefined,
    socketTimeout: undefined,
  };
}

function sentinelSettings(sentinel: NonNullable<RedisEndpointOptions["sentinel"]>): RedisOptions {
  checkString("sentinel.username", sentinel.username);
  checkString("sentinel.password", sentinel.password);
  checkTls("sentinel.tls", sentinel.tls);
  const natMap = checkNatMap("sentinel.natMap", sentinel.natMap);
  return {
    name: checkText("sentinel.name", sentinel.name),
    sentinels: addresses("sentinel.sentinels", sentinel.sentinels, 26_379),
    ...(natMap === undefined ? {} : { natMap }),
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
    ...(sentinel.tls === undefined ? {} : { sentinelTLS: sentinel.tls }),
  };
}

function parseUrl(text: string, tls: TlsOptions | undefined): RedisOptions {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid("url", `is ${quote(withoutPassword(text))}, which is no URL: write redis://host:port`);
  }
  const { protocol, hostname, port, username, password, pathname } = url;
  if ((protocol !== "redis:" && protocol !== "rediss:") || hostname === "") {
    throw invalid("url", `is ${quote(withoutPassword(text))}: it must be redis://host:port or rediss://host:port`);
  }
  if (!/^\/?\d*$/.test(pathname)) throw invalid("url", `names the database ${quote(pathname.slice(1))}: give a number`);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || 6379),
    db: Number(pathname.slice(1)),
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: tls ?? {} } : {}),
  };
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@]*@/, "//…@");
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function invalid(option: string, what: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${option} ${what}`, { outcome: "none", details: { option } });
}
