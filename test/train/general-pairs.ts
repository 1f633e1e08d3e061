/** Everyday technical questions with the passage that answers each, written for this test. */
export const GENERAL_PAIRS: readonly (readonly [question: string, passage: string])[] = [
  [
    'how to undo the last commit',
    'git reset --soft HEAD~1 moves the branch back one revision and keeps your changes staged.',
  ],
  [
    'why is my docker image so large',
    'Each instruction adds a layer; use multi-stage builds and a slim base to shrink a container image.',
  ],
  [
    'rotate tls certificates',
    'Renew the X.509 key pair before it expires and reload the server so that new handshakes use it.',
  ],
  [
    'read a file line by line in python',
    'Iterate over the object returned by open(); each step yields one line without loading everything.',
  ],
  [
    'limit requests per client',
    'A token bucket throttles callers: every request spends a token, and tokens refill at a fixed rate.',
  ],
  [
    'sort a list of objects by key',
    'Pass a comparator or a key function to sort; the array is ordered by the returned values.',
  ],
  [
    'database index not used',
    'The query planner falls back to a sequential scan when statistics say that few rows are filtered.',
  ],
  [
    'memory leak in event listeners',
    'Handlers that are never removed keep their closures reachable, so the heap grows with each subscription.',
  ],
  ['set an environment variable', 'Use export NAME=value in the shell; child processes inherit it.'],
  ['parse json safely', 'Wrap JSON.parse in a try block and validate the result against a schema before using it.'],
  ['mock the clock in tests', 'Fake timers replace setTimeout and Date so that a test can advance time by hand.'],
  ['center an element with css', 'Make the parent a flex container and set justify-content and align-items to center.'],
  ['what is a deadlock', 'Two threads wait for locks that the other holds, and neither can continue.'],
  ['compress responses', 'Enable gzip or brotli in the web server; text shrinks to a fraction on the wire.'],
  [
    'kubernetes pod keeps restarting',
    'CrashLoopBackOff means the container exits soon after start; look at its logs and liveness probe.',
  ],
  ['cache invalidation strategy', 'Give entries a time to live and purge them when the underlying record is updated.'],
  [
    'difference between tcp and udp',
    'One protocol delivers an ordered stream with acknowledgements, the other sends datagrams without guarantees.',
  ],
  ['write a unit test', 'Arrange the input, call the function and assert on what it returns.'],
  ['grant read access to a bucket', 'Attach a policy that allows the get object action to the role of the service.'],
  [
    'pagination with cursors',
    'Return an opaque marker with each page; the next call continues after it, even when rows are inserted.',
  ],
  ['regular expression for digits', 'The class \\d matches a numeral; add a plus sign for one or more.'],
  [
    'async functions and promises',
    'await pauses until the promise settles and gives its value or throws its rejection.',
  ],
  ['encrypt data at rest', 'Use a cipher such as AES with a key kept in a vault, so that stolen disks are unreadable.'],
  ['merge two branches with conflicts', 'Edit the marked regions, stage the files and continue the merge.'],
];
