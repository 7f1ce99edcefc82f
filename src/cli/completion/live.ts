import { toNameText } from '../changed-export.ts';
import { toStatusText } from '../display/event-line.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { queryGateway } from '../gateway/query.ts';
import { type GatewayOptions, readGatewayAccess } from '../gateway-options.ts';
import {
  AccountsDocument,
  type ExportFilter,
  ListExportsDocument,
  VendorsDocument,
  WebhookDeliveriesDocument,
} from '../generated/operations.ts';
import type { CommandIo } from '../io.ts';
import { toLocatorText } from '../locator-argument.ts';

/** Something that may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  /** What it is, for shells that show that. */
  readonly description?: string | undefined;
}

/** A person waits for it between two keys. */
const PATIENCE_MS = 1_000;
const LIMIT = 50;

/** What the gateway knows of now. Where it cannot be reached, answers late or refuses us, there is nothing, and not a word. */
export class LiveCandidates {
  private readonly gateway: GatewayOptions;
  private readonly io: CommandIo;

  constructor(gateway: GatewayOptions, io: CommandIo) {
    this.gateway = gateway;
    this.io = io;
  }

  /** Locators of exports that fit: all that are tracked, and those that vendors list in time. */
  async locators(filter: ExportFilter): Promise<readonly Candidate[]> {
    const filters = [filter, ...(filter.isTracked === undefined ? [{ ...filter, isTracked: true }] : [])];
    const pages = await Promise.all(
      filters.map((each) => this.ask(ListExportsDocument, { filter: each, first: LIMIT })),
    );
    const found = pages.flatMap((page) => page?.recentExports.nodes ?? []);
    return unique(
      found.map((each) => ({
        value: toLocatorText(each.id),
        description: `${toStatusText({ ...each, unreadable: null })}  ${toNameText(each)}`.trim(),
      })),
    );
  }

  async accounts(): Promise<readonly Candidate[]> {
    const { accounts = [] } = (await this.ask(AccountsDocument, {})) ?? {};
    return accounts.map(({ key, vendor, health }) => ({
      value: toTerminalText(key),
      description: toTerminalText(`${vendor.name}  ${health.state}`),
    }));
  }

  /** Vendors that the gateway knows. */
  async vendors(): Promise<readonly Candidate[]> {
    return (await this.toldVendors()).map(({ key, name }) => ({
      value: toTerminalText(key),
      description: toTerminalText(name),
    }));
  }

  /** The fields of a vendor's orders. */
  async orderFields(vendor: string): Promise<readonly string[]> {
    const told = (await this.toldVendors()).find(({ key }) => key === vendor);
    return told === undefined ? [] : ['account', ...told.order.map(({ name }) => toTerminalText(name))];
  }

  /** The endpoints of the last webhooks: the gateway names no others. */
  async endpoints(): Promise<readonly Candidate[]> {
    return unique((await this.deliveries()).map(({ endpoint }) => ({ value: toTerminalText(endpoint) })));
  }

  /** Webhooks that `retry` takes. */
  async retryable(): Promise<readonly Candidate[]> {
    return (await this.deliveries())
      .filter(({ status }) => status !== 'DELIVERED')
      .map(({ id, endpoint, type, status }) => ({
        value: toTerminalText(id),
        description: toTerminalText(`${status}  ${endpoint}  ${type}`),
      }));
  }

  private async toldVendors() {
    const answer = await this.ask(VendorsDocument, {});
    return answer?.vendors ?? [];
  }

  private async deliveries() {
    const answer = await this.ask(WebhookDeliveriesDocument, { first: 2 * LIMIT });
    return answer?.webhookDeliveries ?? [];
  }

  private async ask<Data, Variables>(
    document: Parameters<typeof queryGateway<Data, Variables>>[1],
    variables: Variables,
  ): Promise<Data | undefined> {
    try {
      const access = readGatewayAccess(this.gateway, this.io);
      return await queryGateway(access, document, variables, AbortSignal.timeout(PATIENCE_MS));
    } catch {
      return undefined;
    }
  }
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate.value, candidate])).values()];
}
