import fc from 'fast-check';

/** Properties meet the same cases in every run; FAST_CHECK_SEED explores others. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FAST_CHECK_SEED ?? 20261122) });
