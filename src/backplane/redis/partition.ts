/** Tenants are spread over as many places, each of which may lie on another server of a cluster. */
const PARTITIONS = 64;

/** Their names. */
export const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, index) => toName(index));

/** What is about no tenant: which gateways are alive. */
export const EVERYONE = 'all';

/**
 * The partition of whatever belongs to one tenant: an account identity, a topic, a journal. They begin with the tenant's name and a slash.
 *
 * @returns two digits, `00` to `63`
 */
export function partitionOf(name: string): string {
  const slash = name.indexOf('/');
  const end = slash < 0 ? name.length : slash;
  // FNV-1a
  let hash = 0x811c9dc5;
  for (let index = 0; index < end; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return toName((hash >>> 0) % PARTITIONS);
}

function toName(index: number): string {
  return String(index).padStart(2, '0');
}

/** What all keys of a partition begin with: what stands in braces decides their slot in a cluster. */
export function prefixOf(partition: string): string {
  return `wb:{${partition}}:`;
}
