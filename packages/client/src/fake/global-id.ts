/** The global id that a gateway would give. */
export function toGlobalId(vendor: string, account: string, values: readonly (string | null)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(['export', vendor, account, ...values]));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
