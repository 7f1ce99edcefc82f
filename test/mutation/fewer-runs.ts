import fc from 'fast-check';

// A property tested against a thousand mutants need not be tried a hundred times on each.
fc.configureGlobal({ numRuns: 20 });
