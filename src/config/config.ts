import type { Pacing } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { WebhookEndpoint } from '../export/webhook-endpoint.ts';
import type { AccountLimits, Credential } from '../http/types.ts';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';

/**
 * Everything an operator can say, checked, defaults filled in. Each part of the gateway is given its own slice.
 *
 * docs/configuration.md says the same for operators, waybill.schema.json for their editors.
 */
export interface Config {
  readonly server: ServerConfig;
  readonly access: AccessConfig;
  readonly files: FilesConfig;
  readonly store: StoreConfig;
  readonly backplane: BackplaneConfig;
  readonly tracking: TrackingConfig;
  readonly webhooks: readonly WebhookEndpoint[];
  readonly accounts: readonly AccountConfig[];
  /** The user's own vendor files, read and checked. */
  readonly declaredVendors: readonly VendorDeclaration[];
  /** Where they stand, with their whole paths. */
  readonly vendorFiles: readonly string[];
  readonly limits: GatewayLimits;
}

/** The texts of trusted documents by their ids. */
export type DocumentManifest = ReadonlyMap<string, string>;

/** Where the gateway listens, and whom a browser may call it for. */
export interface ServerConfig {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system pick a free one. */
  readonly port: number;
  /** What file links begin with, without a trailing slash; `undefined` where it follows from a port that is not known yet. */
  readonly publicUrl: string | undefined;
  /** Browsers' origins as browsers write them, beside that of `publicUrl`. */
  readonly allowedOrigins: readonly string[];
  /** In `development` GraphiQL, introspection and suggestions are on. */
  readonly mode: ServerMode;
  /** Where `/metrics` has a port of its own; `undefined`: on `port`. */
  readonly metricsPort: number | undefined;
  /** The least that is logged. */
  readonly logLevel: LogLevel;
  /** Addresses and CIDR ranges of the proxies whose word about a client's address is believed. */
  readonly trustedProxies: readonly string[];
  /** The schema is a subgraph of Apollo Federation 2. */
  readonly federation: boolean;
  /** The only documents that are answered; `undefined`: all are. */
  readonly trustedDocuments: DocumentManifest | undefined;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type ServerMode = 'development' | 'production';

/** Who may ask. `open` only ever comes with a loopback host. */
export type AccessConfig =
  | { readonly mode: 'open' }
  | { readonly mode: 'keys'; readonly keys: readonly AccessKey[] }
  | { readonly mode: 'jwt'; readonly jwt: JwtConfig };

/** A caller of mode `keys`. */
export interface AccessKey {
  /** Unique; what logs call the caller. */
  readonly name: string;
  /** The secret itself, visible ASCII. */
  readonly key: string;
  readonly tenant: string;
}

/**
 * Asymmetric only: with a shared-secret algorithm a public key could be used to forge a token.
 *
 * Source: RFC 7518 section 3.1 and RFC 8037; read 2026-11.
 */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** How a caller's JSON Web Token is checked. */
export interface JwtConfig {
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** What `iss` must be, to the letter. */
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
  /** The claim that names the caller's tenant. */
  readonly tenantClaim: string;
  /** Signature algorithms that are good; asymmetric ones only. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** How far the issuer's clock may differ from ours. */
  readonly clockSkewMs: number;
}

/** How links to finished files are signed. */
export interface FilesConfig {
  /** At least 32 bytes of UTF-8; `undefined`: one is made at each start, and links end with the process. */
  readonly linkSecret: string | undefined;
  readonly linkTtlMs: number;
}

/** Where tracked exports, idempotency keys and webhooks that are owed are kept. */
export type StoreConfig =
  /** Gone with the process. */
  | { readonly kind: 'memory' }
  /** A file of this machine; the path is absolute. One gateway. */
  | { readonly kind: 'sqlite'; readonly path: string }
  /** Several gateways. The whole address is a secret: it holds the password. */
  | { readonly kind: 'postgres'; readonly url: string };

/** What several gateways share while they watch. */
export type BackplaneConfig =
  /** One gateway alone. */
  { readonly kind: 'memory' } | RedisConfig;

/** Where Redis or Valkey is, and who the gateway is to it. Every address is `host:port`, IPv6 in brackets. */
export type RedisConfig = RedisUser & (RedisServer | RedisCluster | RedisSentinels);

export interface RedisUser {
  readonly kind: 'redis';
  /** Beside `url` only where that names no user and no password; `undefined`: Redis's user "default". */
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface RedisServer {
  /** `redis://` or `rediss://`, a database's number as its path or none. A secret: it may hold the password. */
  readonly url: string;
}

export interface RedisCluster {
  /** Some of its nodes, at least one. */
  readonly cluster: readonly string[];
  readonly tls: boolean;
}

export interface RedisSentinels {
  /** At least one. */
  readonly sentinels: readonly string[];
  /** What they call the primary. */
  readonly name: string;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly database: number;
  /** Of the Sentinels and of the servers that they name. */
  readonly tls: boolean;
}

/** How long and how many exports are remembered. */
export interface TrackingConfig {
  /** How long ended exports are kept, in days. */
  readonly keepDays: number;
  /** The most exports that one tenant may have tracked that have not ended. */
  readonly maxOpen: number;
}

/** What one caller may ask of the gateway. */
export interface GatewayLimits {
  /** Of one HTTP request. */
  readonly bodyBytes: number;
  /** Lexical tokens in one GraphQL document. */
  readonly tokens: number;
  /** Fields inside fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Exports named in one field. */
  readonly locators: number;
  /** Exports named in one operation, over all its fields. */
  readonly locatorsPerOperation: number;
  /** Operations of one caller in a minute; `undefined`: no limit. */
  readonly operationsPerMinute: number | undefined;
  /** Exports that one caller asks vendors for in a minute; `undefined`: no limit. */
  readonly locatorsPerMinute: number | undefined;
  /** Of one websocket message. */
  readonly messageBytes: number;
  /** How long a websocket may take to say `connection_init`. */
  readonly connectionInitMs: number;
  readonly subscriptionsPerSocket: number;
}

/** One account at one vendor. */
export interface AccountConfig {
  /** Unique over all tenants; `[a-z0-9-]{1,40}`. */
  readonly key: string;
  readonly vendor: VendorId;
  readonly tenant: string;
  /** What the vendor's paths are appended to; never ends in `/`. */
  readonly baseUrl: string;
  readonly credential: AccountCredential;
  readonly limits: AccountLimits;
  readonly pacing: Pacing;
  /** Whether a finished file's presigned link is handed to the browser or its bytes go through the gateway. */
  readonly files: FileDelivery;
  /** Where a file link may point beside the account's own origin: `host`, `*.suffix`, or a whole origin. See docs. */
  readonly fileOrigins: readonly string[];
  /** Report types whose jobs `recentExports` lists, for vendors that list by type; `undefined`: the vendor's own choice. */
  readonly reportTypes: readonly string[] | undefined;
  /** What a declared vendor's addresses and paths are made of, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Another one where the vendor's file says something else; undefined for coded vendors. */
  readonly vendorFileDigest: string | undefined;
  readonly track: TrackMode;
  /** With `track: all`: how often the vendor's list is asked for exports that nobody has named. */
  readonly discoverMs: number;
  /** Starts name this gateway as the vendor's callback, where the vendor has such a thing. */
  readonly callbacks: boolean;
}

/** `caller`: each caller brings the vendor's token itself, so there is none here. */
export type AccountCredential = Credential | { readonly type: 'caller' };

/** `all`: what the vendor's list shows as open is tracked, whoever started it; never with a credential of type `caller`. */
export type TrackMode = 'asked' | 'all';

export type FileDelivery = 'redirect' | 'stream';
