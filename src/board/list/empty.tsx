/** What stands in place of the rows where there are none. */
import icon from '../icon.svg';

interface EmptyProps {
  /** The gateway has not answered. */
  readonly isUnknown: boolean;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

export function Empty({ isUnknown, isFiltered, onClear }: EmptyProps) {
  if (isUnknown)
    return (
      <div className="empty">
        <img src={icon} width="48" height="48" alt="" />
        <h2>Nothing can be shown yet</h2>
        <p>The gateway has not answered. It is asked again by itself, and the exports appear here.</p>
      </div>
    );
  return (
    <div className="empty">
      <img src={icon} width="48" height="48" alt="" />
      {isFiltered ? (
        <>
          <h2>No export fits</h2>
          <p>Others are there: they are left out by what is chosen above.</p>
          <button type="button" className="button" onClick={onClear}>
            Show all exports
          </button>
        </>
      ) : (
        <>
          <h2>No exports yet</h2>
          <p>
            New ones appear here by themselves. To see one that was started elsewhere, paste its id or its
            address at the vendor above.
          </p>
        </>
      )}
    </div>
  );
}

const PLACEHOLDERS = ['a', 'b', 'c', 'd', 'e'];

export function Loading() {
  return (
    <div className="table" aria-busy="true">
      <p className="visually-hidden" role="status">
        Asking for the exports…
      </p>
      {PLACEHOLDERS.map((key) => (
        <div key={key} className="placeholder" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}
