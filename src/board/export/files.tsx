/** The files of an export, each with how long it can be had. */
import type { Export } from '@waybill/client';
import { useDownload } from '@waybill/react';
import { Icon } from '../icons.tsx';
import { isWebAddress } from '../parts/file-link.tsx';
import { toDuration, useNow } from '../time.ts';
import { fileLife, mediaWords } from '../words/outcome.ts';
import { problemText } from '../words/problems.ts';

export function Files({ shown }: { readonly shown: Export }) {
  const { files } = shown;
  if (files === null || files.length === 0) return null;
  return (
    <section className="card" aria-labelledby="files-heading">
      <h2 id="files-heading">{files.length === 1 ? 'File' : `${files.length} files`}</h2>
      <ul className="files">
        {files.map((file, index) => (
          <li key={`${file.name} ${file.url.length}`}>
            <FileRow shown={shown} index={index} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileRow({ shown, index }: { readonly shown: Export; readonly index: number }) {
  const now = useNow();
  const { state, anchorProps, file, error } = useDownload(shown, index);
  if (file === undefined) return null;
  const { href = '' } = anchorProps;
  const life = fileLife(file.availableUntil, now);
  const linkMs = file.urlExpiresAt.getTime() - now;
  return (
    <>
      <div className="file-words">
        <strong>
          <bdi>{file.name}</bdi>
        </strong>
        <p className="hint">
          {[
            mediaWords(file.mediaType),
            life,
            state === 'ready' &&
              linkMs > 0 &&
              `The link is good for ${toDuration(linkMs)} and is renewed by itself.`,
            state === 'waiting' && 'The link is being renewed…',
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {state === 'error' && (
          <p className="problem" role="alert">
            {problemText(error)}
          </p>
        )}
      </div>
      {isWebAddress(href) && (
        <a className="button strong" {...anchorProps}>
          <Icon sign="file" /> Download <span className="visually-hidden">{file.name}</span>
        </a>
      )}
    </>
  );
}
