/** Who hears of a watched source. */
export interface WatchListener {
  /** Watching has begun, anew perhaps, or something changed. */
  onChange(): void;
  /** The watched place went away, or is there again (or another one in its stead). */
  onPresence?(isThere: boolean): void;
}
