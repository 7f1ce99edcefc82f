/** A link within the board: the browser's own where somebody wants a tab, without loading the page anew otherwise. */
import type { AnchorHTMLAttributes } from 'react';
import { isModified, navigate } from './router.ts';

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: string;
}

export function Link({ to, onClick, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || isModified(event)) return;
        event.preventDefault();
        navigate(to);
      }}
    />
  );
}
