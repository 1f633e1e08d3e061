import { resolve } from 'node:path';
import type { Suite } from '../../core/benchmark/suite.js';
import type { Reach } from '../../core/reach.js';
import type { BenchmarkService } from '../benchmark/benchmark-service.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { RetrieveService } from '../retrieve.js';
import type { SearchService } from '../search.js';
import { EvidenceService } from './evidence-service.js';
import { FeedbackService } from './feedback-service.js';
import { LiveTestService } from './live-test-service.js';
import { PatternService } from './pattern-service.js';
import { RoutingService } from './routing-service.js';
import { SpecialistService } from './specialist-service.js';

/** Use cases of specialists. */
export interface SpecialistServices {
  readonly registry: SpecialistService;
  readonly routing: RoutingService;
  readonly feedback: FeedbackService;
  readonly evidence: EvidenceService;
  readonly liveTests: LiveTestService;
  readonly patterns: PatternService;
  /** A suite that judges specialists. @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE */
  openSuite(suite: string, reach: Reach): Promise<Suite>;
  /**
   * Suites as specialists remember them: names stay, folders become whole paths, since nobody knows where the next process
   * starts. Each must be there, within the caller's reach: whoever trains later may reach further.
   * @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE
   */
  rememberSuites(suites: readonly string[], reach: Reach): Promise<string[]>;
}

/** Parts that specialists are served with. */
export interface SpecialistServicesParts {
  readonly collections: CollectionService;
  readonly retrieve: RetrieveService;
  readonly search: SearchService;
  benchmark(): Promise<BenchmarkService>;
}

/** Wires the services of this room. Opens nothing. */
export function createSpecialistServices(context: ServiceContext, parts: SpecialistServicesParts): SpecialistServices {
  const registry = new SpecialistService(context, parts.collections);
  const feedback = new FeedbackService(context);
  const openSuite = async (suite: string, reach: Reach): Promise<Suite> =>
    (await parts.benchmark()).openSuite({ suite }, reach);
  return {
    registry,
    feedback,
    liveTests: new LiveTestService(context, { registry, feedback }),
    routing: new RoutingService(context, { ...parts, registry, past: feedback }),
    evidence: new EvidenceService(context, { benchmark: parts.benchmark, feedback }),
    patterns: new PatternService(context, feedback),
    openSuite,
    rememberSuites: (suites, reach) =>
      Promise.all(
        suites.map(async (suite) => {
          const { folder } = await openSuite(suite, reach);
          const isName = !/[/\\]/.test(suite) && folder !== resolve(suite);
          return isName ? suite : folder;
        }),
      ),
  };
}
