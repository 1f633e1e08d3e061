import { generateReference } from './generate-reference.js';

for (const line of await generateReference({ write: true })) process.stdout.write(`wrote: ${line.split(' ')[0]}\n`);
