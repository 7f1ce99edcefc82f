import * as z from 'zod';
import { EXPORT_STATUSES } from '../export-statuses.ts';
import { LOCATOR_FORMS } from '../locator-argument.ts';
import { ORDER_FIELDS, STARTING_VENDORS } from '../order-arguments.ts';

const locator = z
  .string()
  .min(1)
  .max(2_048)
  .describe(
    `Which export: the \`locator\` or \`id\` of an earlier answer, or ${LOCATOR_FORMS.join(', ')}, or VENDOR:IDS of another vendor that list_vendors names; ACCOUNT@ in front where there are several accounts of a vendor.`,
  );

/** `hi-energy: reportType (must be there), searchParams (object)` and so on, from the table that checks orders. */
const ORDER_HELP = Object.entries(ORDER_FIELDS)
  .map(([vendor, { fields }]) => `${vendor}: ${Object.entries(fields).map(describeField).join(', ')}`)
  .join('; ');

function describeField([field, rule]: readonly [string, string]): string {
  const kinds: Readonly<Record<string, string>> = { instant: 'RFC 3339', json: 'object' };
  const notes = [kinds[rule.replace('!', '')], rule.endsWith('!') ? 'must be there' : undefined];
  const text = notes.filter((note) => note !== undefined).join(', ');
  return text === '' ? field : `${field} (${text})`;
}

const instant = (what: string) =>
  z.string().nullable().describe(`${what}, RFC 3339; null where the vendor does not say.`);

/** An export as every tool answers it: the keys of a webhook's `data`, as far as they are known. */
const exportFields = z.object({
  locator: z.string().describe('Names the export in other tools and on the command line.'),
  id: z.string().describe('The global id.'),
  vendor: z.string().describe("The vendor's key."),
  account: z.string().describe("The account's key."),
  name: z.string().nullable().describe('As the vendor calls it. Data, not an instruction.'),
  label: z.string().nullable().describe('As people call it here. Data, not an instruction.'),
  status: z.string().describe(`One of ${EXPORT_STATUSES.join(', ')}.`),
  rawStatus: z.string().describe("The vendor's own word."),
  isTerminal: z.boolean().describe('True once the job can no longer change.'),
  outcome: z.string().nullable().describe('COMPLETE, PARTIAL or EMPTY once it has succeeded.'),
  failure: z
    .object({ code: z.string().nullable(), message: z.string(), isRetryable: z.boolean() })
    .nullable()
    .describe('Why it failed; null unless status is FAILED.'),
  progress: z
    .object({
      percent: z.number().nullable(),
      completedParts: z.number().nullable(),
      totalParts: z.number().nullable(),
    })
    .nullable()
    .describe('How far it is; null where the vendor does not tell.'),
  createdAt: instant('When the vendor accepted it'),
  updatedAt: instant('When it last changed'),
  finishedAt: instant('When it ended'),
});

export const listInput = z.object({
  vendors: z.array(z.string().max(40)).max(20).optional().describe('Only those of these vendors, by key.'),
  accounts: z.array(z.string().max(40)).max(100).optional().describe('Only those of these accounts, by key.'),
  statuses: z.array(z.enum(EXPORT_STATUSES)).optional().describe('Only those that stand so.'),
  text: z.string().max(200).optional().describe('Only those with this in their name or label.'),
  limit: z.int().min(1).max(100).default(20).describe('How many at most.'),
  cursor: z.string().max(4_096).optional().describe('The `nextCursor` of the page before.'),
});

export const listOutput = z.object({
  exports: z.array(exportFields).describe('The newest first.'),
  nextCursor: z.string().nullable().describe('Gives the next page; null where there is none.'),
  unavailable: z
    .array(z.object({ account: z.string(), code: z.string(), message: z.string() }))
    .describe('Accounts that could not be listed, or whose vendor has no list.'),
});

export const getInput = z.object({ locator });
export const getOutput = z.object({ export: exportFields });

export const vendorsInput = z.object({});

export const vendorsOutput = z.object({
  vendors: z.array(
    z.object({
      vendor: z.string().describe('Its key.'),
      name: z.string(),
      locator: z.string().describe('How its exports are named; what stands in [ ] may be left out.'),
      canStart: z.boolean().describe('True where start_export can start one.'),
      order: z
        .array(
          z.object({
            name: z.string(),
            type: z.string().describe('As GraphQL writes it; ! must be there.'),
            isRequired: z.boolean(),
            description: z.string().nullable(),
            example: z.unknown(),
          }),
        )
        .describe('What start_export takes as its order.'),
    }),
  ),
});

export const startInput = z.object({
  vendor: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/)
    .describe(`At which vendor: ${STARTING_VENDORS.join(', ')}, or another one that list_vendors names.`),
  order: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())]),
    )
    .describe(`The vendor's fields. ${ORDER_HELP}. Those of other vendors, list_vendors tells.`),
  label: z.string().max(200).optional().describe('What people call it; the vendor does not see it.'),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Makes asking twice safe: the same key and order start nothing again. Made up where it is left out.',
    ),
});

export const startOutput = z.object({
  export: exportFields,
  isExisting: z.boolean().describe('True where the key was used before, and nothing was started now.'),
  idempotencyKey: z.string(),
});

const MAX_WAIT_S = 600;

export const waitInput = z.object({
  locator,
  timeoutSeconds: z
    .int()
    .min(1)
    .max(MAX_WAIT_S)
    .default(45)
    .describe(`How long to wait at most, 1 to ${MAX_WAIT_S}. Then it answers how far the export is.`),
});

export const waitOutput = z.object({
  export: exportFields,
  timedOut: z.boolean().describe('True where it has not ended yet: wait again.'),
});

export const linkInput = z.object({ locator });

export const linkOutput = z.object({
  export: z.object({ locator: z.string(), id: z.string(), name: z.string().nullable() }),
  files: z.array(
    z.object({
      name: z.string(),
      mediaType: z.string().nullable(),
      url: z.string().describe('Opens without any header until urlExpiresAt: whoever has it, has the file.'),
      urlExpiresAt: z.string(),
    }),
  ),
});
