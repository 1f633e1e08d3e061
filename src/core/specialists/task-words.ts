/** A task is prose: its quotation marks and dashes are no signs of a query. */
export function taskWords(task: string): string {
  return task.replace(/["\u201c\u201d\u201e\u00ab\u00bb]/g, ' ').replace(/(^|\s)-+(?=\S)/g, '$1');
}
