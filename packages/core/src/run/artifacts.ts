/** What became of the files that a run was to have kept. Which they are is stored beside the run, under the token of its attempt. */
export interface ArtifactsState {
  readonly files: number;
  readonly bytes: number;
  /** What was not kept and why, in a sentence; null: all that matched is there. */
  readonly problem: string | null;
}
