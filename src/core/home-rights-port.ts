/** How many folders and files others than their owner can reach. */
export interface Openness {
  readonly folders: number;
  readonly files: number;
}

/** The rights on the folder that holds everything. */
export interface HomeRights {
  /** What others can reach. */
  examine(): Promise<Openness>;
  /** Takes the rights of others from everything in the home that is this user's; resolves to what was changed. */
  tighten(): Promise<Openness>;
  /** {@link tighten} for what was made since the workspace was opened, in a home that only its owner may enter. Never rejects. */
  tightenNew(): Promise<void>;
}
