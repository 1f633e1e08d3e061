/** Whether a workspace may be called so. The name is the name of a folder, so nothing else is let in. */
export function isWorkspaceName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);
}
