import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { announce, readSettings } from './read.ts';

/**
 * Hive Gateway over the vendors' calls as an OpenAPI document, composed as `peers/hive/mesh.config.ts` says.
 *
 * https://the-guild.dev/graphql/hive/docs/gateway, read 2026-11. It answers in the vendors' own words: there is no mapping in it.
 */
const { vendorUrl } = readSettings();
const file = new URL('../../peers/hive/supergraph.graphql', import.meta.url);
const supergraph = readFileSync(file, 'utf8').replaceAll('{env.VENDOR_URL}', vendorUrl);
const server = createServer(createGatewayRuntime({ supergraph, logging: false }));
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
