/** One export for other tools. */

/** For a shell: in quotes where it would read more into it. */
export function toCommand(locator: string, isEnded: boolean): string {
  const word = /^[\w@%+=:,./-]+$/.test(locator) ? locator : `'${locator.replaceAll("'", "'\\''")}'`;
  return `npx waybill ${isEnded ? 'download' : 'watch'} ${word} --url ${location.origin}`;
}

/** A question for all that is worth knowing. */
export function toGraphQL(locator: string, id: string): string {
  return `# ${locator}
query WhereIsIt {
  export(locator: { id: ${JSON.stringify(id)} }) {
    name
    status
    rawStatus
    outcome
    failure { message isRetryable }
    progress { percent }
    createdAt
    finishedAt
    files { name url urlExpiresAt }
    transitions { from to at }
  }
}`;
}

export function toGraphiQLPath(query: string): string {
  return `/graphql?query=${encodeURIComponent(query)}`;
}

/** The gateway says so in the page: in production there is none. */
export function hasGraphiQL(): boolean {
  return document.querySelector('meta[name="waybill-graphiql"]') !== null;
}

/** Where faults are ordered at the simulated vendors: the gateway says so in the page of the demo, and in no other. */
export function faultsUrl(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="waybill-faults"]')?.content ?? null;
}
