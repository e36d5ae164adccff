import { LIMITS } from '@errand/core/vocabulary';
import { z } from 'zod';
import { patternFault } from '../wire/artifact-patterns.ts';
import { FilePath } from './session-file.ts';
import { ProgramText } from './text.ts';

const Pattern = ProgramText.min(1)
  .max(500)
  .superRefine((pattern, about) => {
    const message = patternFault(pattern);
    if (message !== null) about.addIssue({ code: 'custom', message });
  });

export const ArtifactPatterns = z.array(Pattern).max(LIMITS.artifactPatterns);

/** What became of the files of a run that were to be kept. */
export const KeptArtifacts = z.strictObject({
  files: z.int(),
  bytes: z.int(),
  problem: z
    .string()
    .nullable()
    .meta({ description: 'What was not kept, and why; null: all that matched is' }),
});

export const Artifact = z
  .strictObject({
    path: z.string().meta({ description: 'From the folder in which the run ran' }),
    bytes: z.int(),
    sha256: z.string(),
    mode: z.string().meta({ description: 'Permissions, such as 644' }),
    modifiedAt: z.iso.datetime(),
  })
  .meta({ id: 'Artifact' });

export const ArtifactList = z.strictObject({
  artifacts: z.array(Artifact),
  problem: KeptArtifacts.shape.problem,
  ended: z.boolean().meta({ description: 'They are kept when the run ends; before, there are none' }),
});

export const ArtifactQuery = z.strictObject({ path: FilePath.min(1) });
