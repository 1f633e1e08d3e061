import type { ListedOperation } from './listed-operation.js';

export const catalogue: readonly ListedOperation[] = [];
