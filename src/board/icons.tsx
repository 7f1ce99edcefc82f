/** Every drawing of the board. Statuses differ in their outline, so that nobody needs the colour. */
import type { ReactNode } from 'react';
import type { Shape } from './words/status.ts';

/** Solid ones are ended; hollow ones are not, or ended with nothing. */
const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  clock: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M10 5.8V10l2.8 1.8" />
    </>
  ),
  arrow: (
    <>
      <path d="M10 2.8a7.2 7.2 0 1 1-7.2 7.2" />
      <path d="M8.2 6.8l4.6 3.2-4.6 3.2z" className="filled" />
    </>
  ),
  square: (
    <>
      <rect x="3.2" y="3.2" width="13.6" height="13.6" rx="2.5" />
      <path d="M7 10h6" />
    </>
  ),
  check: (
    <>
      <circle cx="10" cy="10" r="8" className="filled" />
      <path d="M6.3 10.3l2.5 2.5 5-5.4" className="cut" />
    </>
  ),
  half: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M10 2.8a7.2 7.2 0 0 0 0 14.4z" className="filled" />
    </>
  ),
  ring: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M6.8 10.2l2.2 2.2 4.2-4.6" />
    </>
  ),
  octagon: (
    <>
      <path d="M6.6 1.8h6.8l4.8 4.8v6.8l-4.8 4.8H6.6l-4.8-4.8V6.6z" className="filled" />
      <path d="M7 7l6 6m0-6l-6 6" className="cut" />
    </>
  ),
  slash: (
    <>
      <circle cx="10" cy="10" r="7.2" />
      <path d="M5 15L15 5" />
    </>
  ),
  dashes: (
    <>
      <circle cx="10" cy="10" r="7.2" strokeDasharray="2.6 3" />
      <path d="M7.2 10h5.6" />
    </>
  ),
  diamond: (
    <>
      <path d="M10 1.9l8.1 8.1-8.1 8.1L1.9 10z" />
      <path d="M8.3 8.2a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.6-.8 1.1v.3m0 2v.1" />
    </>
  ),
};

export function StatusShape({ shape }: { readonly shape: Shape }) {
  return (
    <svg className="shape" viewBox="0 0 20 20" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}

const SIGNS = {
  file: 'M8 2.5v8m-3.2-3L8 10.7l3.2-3.2M3 13.5h10',
  close: 'M4.5 4.5l7 7m0-7l-7 7',
  tracked: 'M5 2.8h6v10.4l-3-2.4-3 2.4z',
  back: 'M13 8H3.5M7.5 4l-4 4 4 4',
  plus: 'M8 3v10M3 8h10',
  bell: 'M4.5 11V7a3.5 3.5 0 0 1 7 0v4l1 1.2h-9zM7 14h2',
  key: 'M10.2 2.5a3.3 3.3 0 1 1-2.5 5.4L3 12.6v.9h2v-1.4h1.4v-1.4l1.7-1.6M11 5v.1',
  copy: 'M6 5.5V3h7v7h-2.5M3 6h7v7H3z',
  up: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  chevron: 'M3.5 6L8 10.5 12.5 6',
  alert: 'M8 2.2l6.3 11.3H1.7zM8 6.4v3.4m0 1.9v.1',
  plug: 'M6 2.5v3m4-3v3M4.5 5.5h7v2.2a3.5 3.5 0 0 1-7 0zM8 11.2v2.5',
} as const;

export type Sign = keyof typeof SIGNS;

export function Icon({ sign }: { readonly sign: Sign }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SIGNS[sign]} />
    </svg>
  );
}
