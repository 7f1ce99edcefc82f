/** A finished file. The link is asked for anew where it is about to end: somebody may have left the page open for long. */
import type { Export, ExportFile } from '@waybill/client';
import { useWaybill } from '@waybill/react';
import { type MouseEvent, useState } from 'react';
import { Icon } from '../icons.tsx';
import { isModified } from '../router.ts';
import { now } from '../time.ts';
import { problemText } from '../words/problems.ts';

interface FileLinkProps {
  readonly of: Export;
  readonly file: ExportFile;
  readonly index: number;
}

const RENEW_BEFORE_MS = 60_000;

export function FileLink({ of, file, index }: FileLinkProps) {
  const client = useWaybill();
  const [problem, setProblem] = useState('');
  if (!isWebAddress(file.url)) return null;

  async function onClick(event: MouseEvent): Promise<void> {
    if (isModified(event) || file.urlExpiresAt.getTime() - now() > RENEW_BEFORE_MS) return;
    event.preventDefault();
    setProblem('');
    try {
      location.assign(await client.fileUrl(of, index));
    } catch (error) {
      setProblem(problemText(error));
    }
  }

  return (
    <>
      <a className="file" href={file.url} title={file.name} onClick={onClick}>
        <Icon sign="file" />
        <span className="visually-hidden">Download </span>
        <bdi>{file.name}</bdi>
      </a>
      {problem !== '' && (
        <span className="problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

/** Nothing that runs is ever made a link of. */
export function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}
