/** The vendor's letters on its own colour: a help for the eye, said in words beside it. */
import { memo } from 'react';
import { hueOf, initialsOf, vendorName } from '../words/vendors.ts';

export const VendorMark = memo(({ vendor }: { readonly vendor: string }) => (
  <span
    className="mark"
    aria-hidden="true"
    ref={(element) => element?.style.setProperty('--hue', String(hueOf(vendor)))}
  >
    {initialsOf(vendorName(vendor))}
  </span>
));
