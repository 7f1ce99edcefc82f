import type { LocatorIds } from '../../src/export/export.ts';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { toFurtherVendor } from '../../src/vendor-file/further.ts';
import { answerWithFile } from '../file-answer.ts';
import type {
  SeededJob,
  SimulatorRequest,
  SimulatorResponse,
  SimulatorSurroundings,
  VendorSimulator,
} from '../simulator.ts';
import { ErrorWriter, Refusal } from './answers.ts';
import { callWhenOver } from './callback.ts';
import { CallBook, type KnownCall } from './calls.ts';
import { CredentialDesk } from './credentials.ts';
import {
  putFileFacts,
  putLink,
  toRetryHeaders,
  toSingleAnswer,
  withSuccess,
  writeExport,
} from './export-body.ts';
import { createJobFile, HELD_FILES, tellFiles } from './files.ts';
import { IdMaker, lastIdOf } from './ids.ts';
import { createJob, type DeclaredJob } from './jobs.ts';
import { getAt, putAt } from './json.ts';
import { cutPage } from './pages.ts';
import { toPlan } from './plans.ts';
import { createSeeds } from './seeds.ts';
import { STAGE_READINGS, toFurtherSpellings, toSpellings } from './words.ts';

/** More than a demo starts; the oldest go first. */
const MAX_JOBS = 10_000;

/**
 * Plays a vendor as its file says that it speaks: every request has to be one of the file's, and every answer is written by the pointers
 * that the file reads it by.
 *
 * A start obeys `x-simulate`; see `toPlan`.
 */
export function createDeclaredSimulator(
  declaration: VendorDeclaration,
  { clock, random, mountUrl, files, onAccepted }: SimulatorSurroundings,
): VendorSimulator {
  const { status, start, list, cancel } = declaration;
  const calls = new CallBook(declaration);
  const desk = new CredentialDesk(declaration, clock, random);
  const errors = new ErrorWriter(declaration, clock);
  const spellings = toSpellings(declaration);
  const further = toFurtherVendor(declaration);
  const furtherSpellings = toFurtherSpellings(declaration);
  const lastId = lastIdOf(declaration);
  const idMakers = new Map(
    Object.entries(declaration.locator).map(([name, grammar]) => [name, new IdMaker(grammar, random)]),
  );
  /** Oldest first. */
  const jobs: DeclaredJob[] = [];
  /** Those that were started here: what was there from the beginning is in nobody's way. */
  const ordered: DeclaredJob[] = [];
  const replies = new Map<string, SimulatorResponse>();
  /** Addresses that a start has said, until it is known when its job ends. */
  const callbacks = new Map<DeclaredJob, string>();
  let created = 0;

  return {
    vendor: declaration.id,
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof Refusal) return error.response;
        throw error;
      }
    },
    seed(): readonly SeededJob[] {
      const seeds = createSeeds(declaration, spellings, { clock, makeIds, nextNumber });
      jobs.push(...seeds.map(({ job }) => job));
      return seeds.map(({ job, ends }) => ({
        ids: job.ids,
        ends: spellings[ends]?.shown ?? ends,
        title: job.title,
      }));
    },
    errorBody: (code) => errors.body(code),
    tokenExpired: () => errors.answer('expired', 'The token has expired.'),
    throttled: (seconds) => errors.throttled(seconds),
  };

  async function answer(request: SimulatorRequest): Promise<SimulatorResponse> {
    if (desk.isTokenRequest(request)) return desk.issue(request);
    const credential = desk.check(request);
    if (credential === 'expired') throw new Refusal(errors.answer('expired', 'The token has expired.'));
    if (credential === 'none')
      throw new Refusal(errors.answer('unauthenticated', 'The credential is missing or wrong.'));
    if (request.path.startsWith(`${HELD_FILES}/`)) return sendFile(request, findByNumber(request));
    const call = calls.find(request);
    if ('problem' in call) {
      throw new Refusal(
        call.problem === null
          ? { status: 404, body: errors.body(404, 'There is no such path.') }
          : errors.badRequest(call.problem),
      );
    }
    switch (call.name) {
      case 'start':
        return startOnce(request, call);
      case 'start-then':
        return beginJob(find(call));
      case 'cancel':
        return cancelJob(find(call));
      case 'cancel-then':
        return { status: cancel?.success[0] ?? 200, body: withSuccess(status.success, {}) as object };
      case 'status':
        return tellOne(find(call));
      case 'further':
        return tellFurther(find(call));
      case 'batch':
        return tellSome(call);
      case 'list':
        return tellAll(request, call);
      case 'lookup':
        return lookUp(find(call), call);
      case 'stream':
        return sendFile(request, find(call));
    }
  }

  async function startOnce(request: SimulatorRequest, call: KnownCall): Promise<SimulatorResponse> {
    const header = start?.idempotency?.header.toLowerCase();
    const key = header === undefined ? undefined : request.headers[header];
    if (header !== undefined && key === undefined)
      throw new Refusal(errors.badRequest(`The header "${start?.idempotency?.header}" is missing.`));
    const known = key === undefined ? undefined : replies.get(key);
    if (known !== undefined) return known;
    const reply = await startJob(request, call);
    if (key !== undefined) replies.set(key, reply);
    return reply;
  }

  async function startJob(request: SimulatorRequest, call: KnownCall): Promise<SimulatorResponse> {
    const { order } = call;
    if (start === null || order === null) throw new RangeError('A start was found where there is none.');
    const plan = toPlan(request.headers['x-simulate'], spellings, random);
    if (typeof plan === 'string') throw new Refusal(errors.badRequest(plan));
    const running = ordered.find((job) => job.remainingMs() > 0 && isSameOrder(job, order.fields));
    if (running !== undefined && (start.existing !== null || start.once)) return tellExisting(running);

    const ids = makeIds(pickIds(call.named), Object.keys(start.answer.ids));
    const number = nextNumber();
    const title = `${declaration.name} export ${number}`;
    const file = createJobFile(declaration, title, plan.ends);
    const facts = { ids, number, title, order: order.fields, file, createdAt: clock.now() };
    const job = createJob(clock, facts, plan, start.then === null ? 'now' : 'when-told');
    jobs.push(job);
    ordered.push(job);
    if (ordered.length > MAX_JOBS) ordered.shift();
    if (jobs.length > MAX_JOBS) jobs.shift();
    onAccepted?.({ ids, order: order.fields });
    if (order.callback !== null) callbacks.set(job, order.callback);
    if (start.then === null) promiseCallback(job);
    return tellStarted(job);
  }

  /** Once: from now on it is known when the job will have ended. */
  function promiseCallback(job: DeclaredJob): void {
    const address = callbacks.get(job);
    if (address === undefined) return;
    callbacks.delete(job);
    callWhenOver(clock, job, { declaration, spellings, address });
  }

  async function tellStarted(job: DeclaredJob): Promise<SimulatorResponse> {
    if (start === null) throw new RangeError('A start was found where there is none.');
    let object = await describe(job);
    for (const [name, { at, prefix }] of Object.entries(start.answer.ids))
      object = putAt(object, at[0], prefix + (job.ids[name] ?? ''));
    const body = putAt({}, start.answer.at[0], object);
    return { status: start.success[0] ?? 200, body: withSuccess(status.success, body) as object };
  }

  /** The vendor names the one that runs, or says no more than that there is one. */
  function tellExisting(job: DeclaredJob): SimulatorResponse {
    const refusal = errors.answer('conflict', 'An export of this order runs already.');
    if (start?.existing === null || start?.existing === undefined) return refusal;
    const prefix = start.answer.ids[lastId]?.prefix ?? '';
    const body = putAt(
      errors.body(start.existing.status, 'An export of this order runs already.'),
      start.existing.at[0],
      prefix + (job.ids[lastId] ?? ''),
    );
    return { status: start.existing.status, body: body as object };
  }

  function isSameOrder(job: DeclaredJob, order: Readonly<Record<string, unknown>>): boolean {
    return start?.once === true || JSON.stringify(job.order) === JSON.stringify(order);
  }

  async function beginJob(job: DeclaredJob): Promise<SimulatorResponse> {
    const [done] = start?.then?.done ?? [];
    if (done !== undefined && !job.isWaiting())
      throw new Refusal(errors.byRow(done, 409, 'It was begun before.'));
    job.begin();
    promiseCallback(job);
    return { ...(await tellOne(job)), status: start?.success[0] ?? 200 };
  }

  async function cancelJob(job: DeclaredJob): Promise<SimulatorResponse> {
    if (!job.cancel()) {
      const [gone] = cancel?.gone ?? [];
      if (gone !== undefined)
        throw new Refusal({ status: gone, body: errors.body(gone, 'Nothing is left to cancel.') });
    }
    return { ...(await tellOne(job)), status: cancel?.success[0] ?? 200 };
  }

  async function tellOne(job: DeclaredJob): Promise<SimulatorResponse> {
    const look = job.look();
    return {
      status: 200,
      headers: toRetryHeaders(declaration, look),
      body: toSingleAnswer(declaration, await describe(job)),
    };
  }

  async function tellFurther(job: DeclaredJob): Promise<SimulatorResponse> {
    if (further === null) throw new RangeError('A further call was found where there is none.');
    return { status: 200, body: toSingleAnswer(further, await describe(job, further, furtherSpellings)) };
  }

  async function tellSome({ many, named }: KnownCall): Promise<SimulatorResponse> {
    const { batch } = status;
    if (batch === null) throw new RangeError('A batch was found where there is none.');
    const prefix = (batch.id ?? status.id)?.prefix ?? '';
    if (
      many === null ||
      many.length === 0 ||
      many.length > batch.max ||
      many.some((id) => !id.startsWith(prefix))
    )
      throw new Refusal(errors.badRequest(`A batch names 1 to ${batch.max} ids.`));
    const items = await Promise.all(
      many.map(async (id) => {
        const ids = { ...pickIds(named), [lastId]: id.slice(prefix.length) };
        const job = findByIds(ids);
        if (job === undefined) return null;
        const object = await describe(job);
        return batch.id === null ? object : putAt(object, batch.id.at[0], id);
      }),
    );
    return { status: 200, body: withSuccess(status.success, putAt({}, batch.items[0], items)) as object };
  }

  async function tellAll(request: SimulatorRequest, call: KnownCall): Promise<SimulatorResponse> {
    if (list === null) throw new RangeError('A list was found where there is none.');
    const ids = pickIds(call.named);
    const prefix = status.id?.prefix ?? '';
    const newestFirst = jobs
      .filter((job) => isOf(job, ids))
      .sort((left, right) => right.createdAt - left.createdAt);
    const page = cutPage(list, newestFirst, {
      request,
      matched: call,
      mountUrl,
      idOf: (job) => prefix + (job.ids[lastId] ?? ''),
    });
    if (page === null) throw new Refusal(errors.badRequest('There is no such page.'));
    const items = await Promise.all(page.items.map((job) => describe(job)));
    const body = page.write(putAt({}, list.items[0], items));
    return { status: 200, headers: page.headers, body: withSuccess(status.success, body) as object };
  }

  async function lookUp(job: DeclaredJob, { file, answered }: KnownCall): Promise<SimulatorResponse> {
    const object = await describe(job);
    const isTold = answered.every(({ pointer, text }) => String(getAt(object, pointer)) === text);
    if (file === null || !isTold || !hasFile(job)) throw noFile();
    const told = (await tell(job))[declaration.files.indexOf(file)];
    if (told === undefined) throw noFile();
    const body = putLink(putFileFacts({}, file, told), file, told);
    return { status: 200, body: withSuccess(status.success, body) as object };
  }

  async function sendFile(
    request: SimulatorRequest,
    job: DeclaredJob | undefined,
  ): Promise<SimulatorResponse> {
    if (job === undefined || !hasFile(job)) throw noFile();
    const { name, mediaType } = job.file;
    return answerWithFile(request, {
      bytes: await job.file.bytes(),
      mediaType,
      disposition: `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"`,
    });
  }

  function hasFile(job: DeclaredJob): boolean {
    const reading = STAGE_READINGS[job.look().stage];
    return declaration.files.some(({ of }) => of.includes(reading.status));
  }

  function noFile(): Refusal {
    return new Refusal(errors.answer('notFound', 'There is no such file.'));
  }

  async function describe(job: DeclaredJob, vendor = declaration, spelt = spellings): Promise<unknown> {
    const { ids, number, title, order, createdAt } = job;
    const [waiting] = start?.then?.waiting ?? [];
    const object = writeExport(vendor, spelt, {
      ids,
      number,
      title,
      order,
      createdAt,
      look: job.look(),
      files: await tell(job),
    });
    const mayWait = waiting !== undefined && vendor === declaration;
    return mayWait && job.isWaiting() && job.look().stage === 'queued'
      ? putAt(object, status.word[0], waiting)
      : object;
  }

  function tell(job: DeclaredJob) {
    return tellFiles(declaration, job, { files, mountUrl, now: clock.now() });
  }

  function find(call: KnownCall): DeclaredJob {
    const ids = pickIds(call.named);
    const job = call.answered.length === 0 ? findByIds(ids) : findByAnswer(call);
    if (job === undefined || !isOf(job, ids)) throw new Refusal(errors.answer('notFound', notFoundText(ids)));
    return job;
  }

  function notFoundText(ids: LocatorIds): string {
    return `There is no export ${ids[lastId] ?? ''}.`;
  }

  function findByIds(ids: LocatorIds): DeclaredJob | undefined {
    return jobs.find((job) => isOf(job, ids));
  }

  /** A file's own id has the job's number in it. */
  function findByAnswer({ answered }: KnownCall): DeclaredJob | undefined {
    return jobs.find(({ number }) => answered.some(({ text }) => text === `file-${number}`));
  }

  function findByNumber({ segments }: SimulatorRequest): DeclaredJob | undefined {
    return jobs.find(({ number }) => String(number) === segments.at(-1));
  }

  function isOf(job: DeclaredJob, ids: LocatorIds): boolean {
    return Object.entries(ids).every(([name, id]) => job.ids[name] === id);
  }

  function pickIds(named: Readonly<Record<string, string>>): LocatorIds {
    return Object.fromEntries(
      Object.keys(declaration.locator).flatMap((name) =>
        named[name] === undefined ? [] : [[name, named[name]]],
      ),
    );
  }

  /** Ids in the locator's order: those that are known, and new ones for those that are named. */
  function makeIds(known: LocatorIds, fresh: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.keys(declaration.locator).flatMap((name) => {
        const id = fresh.includes(name) ? idMakers.get(name)?.next() : known[name];
        return id === undefined ? [] : [[name, id]];
      }),
    );
  }

  function nextNumber(): number {
    created += 1;
    return created;
  }
}
