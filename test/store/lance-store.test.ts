import { describeKnowledgeStore } from '../contract/knowledge-store.js';
import { temporaryStore } from './temporary-store.js';

describeKnowledgeStore('LanceStore', () => temporaryStore());
