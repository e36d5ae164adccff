export type { HealthSpec } from '@errand/core/vocabulary';
export type { Carried, Carrier, CarrierOrder } from './agent/carrier.ts';
export type { FileAnswer, FileOrder, FileRefusal, FilesLink, SeenFile } from './agent/files-protocol.ts';
export type {
  HostedSession,
  HostingLink,
  SessionOrder,
  SessionsAnswer,
  SessionsRequest,
} from './agent/hosting-protocol.ts';
export type {
  AgentFact,
  AgentLink,
  AgentPolicy,
  AppendAnswer,
  AppendPiece,
  AppendRequest,
  AppendsAnswer,
  AttemptName,
  CancelOrder,
  ContainerPlace,
  HeldAttempt,
  HelloAnswer,
  HelloRequest,
  InputAnswer,
  InputRequest,
  Lease,
  MachinePlace,
  OfferedScript,
  PollAnswer,
  PollRequest,
  ProtocolVersion,
  ReportAnswer,
  ReportRequest,
  ScriptCall,
  WindowOrder,
} from './agent/protocol.ts';
export { openApiDocument } from './openapi/document.ts';
export { STATUS_BY_CODE } from './openapi/status.ts';
export type { Answer, Api, ParsedInput, SentInput } from './routes/index.ts';
export { API } from './routes/index.ts';
export type { Route } from './routes/route.ts';
export type { AuditEntry } from './schemas/audit.ts';
export type { DoctorReport } from './schemas/doctor.ts';
export type { ErrorBody } from './schemas/error.ts';
export { FileAnswerLine } from './schemas/file-order.ts';
export type { Group, GroupCreate, GroupMember } from './schemas/group.ts';
export type { Job, JobReport } from './schemas/job.ts';
export type { JobDocumentInput } from './schemas/job-document.ts';
export { JobDocument } from './schemas/job-document.ts';
export type { Key } from './schemas/key.ts';
export { parseSize } from './schemas/quantity.ts';
export type { Run, RunCreate, RunCreateInput } from './schemas/run.ts';
export type { Script, ScriptDefinition, ScriptDefinitionInput } from './schemas/script-definition.ts';
export { ScriptDefinition as ScriptDefinitionSchema } from './schemas/script-definition.ts';
export type { Session, SessionCreate, SessionCreateInput } from './schemas/session.ts';
export { SessionSpecWish } from './schemas/session.ts';
export { parseDuration } from './wire/duration.ts';
