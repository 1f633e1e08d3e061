/** A line of punctuation under or over a title. */
export const ADORNMENT = /^([!-/:-@[-`{-~])\1+[ \t]*$/;
export const DIRECTIVE =
  /^\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?([A-Za-z][\w.+-]*(?::[A-Za-z][\w.+-]*)*)[ \t]?::(?:[ \t]+(.*))?$/;
export const LIST_MARK = /^(?:[-*+\u2022]|(?:\d+|[a-zA-Z]|#)[.)]|\((?:\d+|[a-zA-Z]|#)\))[ \t]+\S/;
/** Fields that steer Sphinx and say nothing to readers. */
export const SILENT_FIELD = /^:(?:tocdepth|orphan|nosearch|nocomments|hidetoc):/;
export const FIELD = /^:([\w][^:`]{0,80}):(?:[ \t]+(.*))?$/;
/** An option of a command (`-f FILE, --file=FILE`) with what it does. */
export const OPTION =
  /^((?:--?[A-Za-z\d?][\w-]*|\/[A-Z])(?:[ =]?(?:<[^<>]{1,40}>|[A-Za-z][\w.-]{0,40}))?(?:, (?:--?[A-Za-z\d?][\w-]*|\/[A-Z])(?:[ =]?(?:<[^<>]{1,40}>|[A-Za-z][\w.-]{0,40}))?){0,5})(?:[ \t]{2,}(\S.*))?$/;
