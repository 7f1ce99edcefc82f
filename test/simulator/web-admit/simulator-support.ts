import { DEMO_WEB_ADMIT_API_KEY } from '../../../simulator/demo-credentials.ts';
import type { SampleFile } from '../../../simulator/sample-files.ts';
import type {
  SimulatorRequest,
  SimulatorSurroundings,
  VendorSimulator,
} from '../../../simulator/simulator.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';

/** A link that the simulator minted. */
export interface MintedLink {
  readonly file: SampleFile;
  readonly lifetimeMs: number;
  readonly style: 'v2' | 'v4';
  readonly url: string;
}

/** Surroundings whose file store only writes links, in the vendor's form, and remembers them. */
export function createSurroundings(clock: Clock): SimulatorSurroundings & { readonly links: MintedLink[] } {
  const links: MintedLink[] = [];
  return {
    clock,
    random: createSeededRandom(7),
    mountUrl: 'http://127.0.0.1:1/web-admit',
    links,
    files: {
      presign(file, lifetimeMs, style) {
        const query = new URLSearchParams({
          AWSAccessKeyId: 'EXAMPLE',
          Expires: String(Math.floor((clock.now() + lifetimeMs) / 1_000)),
          Signature: `abc+${links.length}=`,
          'response-content-disposition': `attachment; filename="${file.name}"`,
          'response-content-type': file.mediaType,
        });
        const url = `http://127.0.0.1:1/files/original?${query}`;
        links.push({ file, lifetimeMs, style, url });
        return url;
      },
    },
  };
}

/** Asks a simulator without a socket. */
export async function ask(
  simulator: VendorSimulator,
  target: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const answer = await simulator.handle(
    toRequest(
      init.method ?? 'GET',
      target,
      { 'x-api-key': DEMO_WEB_ADMIT_API_KEY, ...init.headers },
      init.body ?? '',
    ),
  );
  return { ...answer, json: typeof answer.body === 'string' ? JSON.parse(answer.body) : undefined };
}

/** Puts a simulator on a real socket. */
export function serve(simulator: VendorSimulator): Promise<FakeVendor> {
  return startFakeVendor(({ method, url, headers, body }) =>
    simulator.handle(toRequest(method, url, headers, body)),
  );
}

function toRequest(
  method: string,
  target: string,
  headers: SimulatorRequest['headers'],
  body: string,
): SimulatorRequest {
  const { pathname, searchParams } = new URL(target, 'http://127.0.0.1');
  const segments = pathname.split('/').slice(1).map(decodeURIComponent);
  return { method, path: pathname, segments, query: searchParams, headers, body };
}
