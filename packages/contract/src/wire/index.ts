export type { NamedPieces } from './appends.ts';
export { APPENDS_MEDIA_TYPE, decodeAppends, encodeAppends } from './appends.ts';
export { type PatternPlace, patternBase, patternFault, patternPlace } from './artifact-patterns.ts';
export { parseDuration } from './duration.ts';
export { expandCommand, namesIn } from './expand-command.ts';
export type { Frame } from './frames.ts';
export {
  dataHeader,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_LIMIT,
  FRAMES_MEDIA_TYPE,
  FrameDecoder,
} from './frames.ts';
export { AGENT_INSTANCE_HEADER } from './headers.ts';
export type { OperationId } from './routes.ts';
export { ROUTES } from './routes.ts';
export { argEnvironment, argVariable, parametersOf, secretParameters } from './script-arguments.ts';
export { coreOfSecret, SECRET_MAX_BYTES, SECRET_MIN_CHARACTERS, secretFault } from './secret-rule.ts';
